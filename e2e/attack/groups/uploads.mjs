// Uploads: slow ones are not cut by a clock, broken ones go on where they were, and what a dead server left half-written is swept.
import { readdir, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { API_PREFIX, ROUTES } from '@mistudio/contracts'
import { pause } from '../../lib/work.mjs'
import { dataOf, formProblem, jsonOf, send, short } from '../lib/http.mjs'
import { unless } from '../lib/probes.mjs'

/** Longer than Node gives a request by itself (five minutes). */
const SLOW_MS = 325_000
const SWEEP_MS = 30_000
const MIB = 2 ** 20

/** Sends bytes one at a time for a while. @param {import('../lib/instance.mjs').Instance} instance @param {{ method: string, path: string, headers: Record<string, string>, body: Buffer, overMs: number }} what @returns {Promise<import('../lib/http.mjs').Answer>} */
const trickle = ({ url, apiKey }, { method, path, headers, body, overMs }) =>
  new Promise((done, failed) => {
    const { hostname, port } = new URL(url)
    const began = performance.now()
    const asked = request(
      {
        hostname,
        port,
        method,
        path: API_PREFIX + path,
        agent: false,
        headers: { authorization: `Bearer ${apiKey}`, 'content-length': String(body.length), ...headers },
      },
      (response) => {
        let text = ''
        response.on('data', (part) => (text += part))
        response.once('end', () =>
          done({ status: Number(response.statusCode), headers: response.headers, text, ms: performance.now() - began }),
        )
      },
    )
    asked.once('error', failed)
    let sent = 0
    const timer = setInterval(() => {
      if (asked.destroyed || sent >= body.length) return clearInterval(timer)
      asked.write(body.subarray(sent, ++sent))
      if (sent === body.length) asked.end()
    }, overMs / body.length)
  })

/** A folder upload of one file. @param {import('../lib/instance.mjs').Instance} instance @param {number} size */
const folderUpload = ({ client }, size) =>
  client.createFolderUpload({ body: { name: 'attack', files: [{ name: 'model.safetensors', size, modified: 0 }] } })

const piece = (/** @type {number} */ start, /** @type {number} */ length, /** @type {number} */ total) => ({
  'content-type': 'application/octet-stream',
  'content-range': `bytes ${start}-${start + length - 1}/${total}`,
})

/** Bytes of all files below the folders that hold uploads. @param {string} dataDir */
const leftBytes = async (dataDir) => {
  let bytes = 0
  for (const folder of await readdir(dataDir)) {
    if (['postgres', 'redis', 'logs', 'run', 'secrets'].includes(folder)) continue
    for (const entry of await readdir(join(dataDir, folder), { recursive: true, withFileTypes: true }).catch(() => []))
      if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size
  }
  return bytes
}

/** @param {import('../lib/instance.mjs').Instance} instance */
const killBackend = async ({ stack, url }) => {
  process.kill(Number((await stack.state()).processes['backend'].pid), 'SIGKILL')
  for (let wait = 0; wait < 300; wait++) {
    await pause(200)
    const alive = await send(url, { path: '/health' }).then(
      ({ status }) => status === 200,
      () => false,
    )
    if (alive) return
  }
  throw new Error('the backend did not come back within a minute')
}

/** @type {import('../main.mjs').Group} */
export const uploads = {
  name: 'uploads',
  about: 'an upload slower than five minutes, a backend killed in the middle of uploads, pieces that lie',
  own: true,
  run: async ({ probe, instance }) => {
    const { ask, dataDir } = instance
    const octets = { 'content-type': 'application/octet-stream' }
    await probe('a broken folder upload goes on where its bytes lie safely', async () => {
      const upload = await folderUpload(instance, 2 * MIB)
      const at = `/folder-uploads/${upload.id}/files/0`
      const bytes = Buffer.alloc(MIB, 1)
      await ask({ method: 'PATCH', body: bytes, headers: piece(0, MIB, 2 * MIB) }, at)
      await killBackend(instance)
      const { received } = dataOf(await ask({}, `/folder-uploads/${upload.id}`)).files[0]
      const answer = await ask({ method: 'PATCH', body: bytes, headers: piece(received, MIB, 2 * MIB) }, at)
      const whole = jsonOf(answer)?.data?.received
      await ask({ method: 'DELETE' }, `/folder-uploads/${upload.id}`)
      return unless(received === MIB && whole === 2 * MIB, 'the second piece after a SIGKILL', { received, whole })
    })
    await probe('datasets are uploaded in pieces, too', async () => {
      const purposes = JSON.stringify(ROUTES.createFolderUpload.body.toJSONSchema({ io: 'input' }))
      return unless(/dataset/.test(purposes), 'the purposes of uploads in pieces', 'no dataset among them')
    })
    await probe('parts of uploads that a dying backend cut are swept', async () => {
      const before = await leftBytes(dataDir)
      const running = Array.from({ length: 3 }, (_, i) =>
        trickle(instance, {
          method: 'POST',
          path: `/uploads?name=cut-${i}.jsonl`,
          headers: octets,
          body: Buffer.alloc(4000, 65),
          overMs: 60_000,
        }).catch(() => null),
      )
      await pause(3000)
      await killBackend(instance)
      await Promise.all(running)
      for (let wait = 0; wait < SWEEP_MS; wait += 1000) {
        if ((await leftBytes(dataDir)) <= before) return null
        await pause(1000)
      }
      return {
        sent: 'three uploads, SIGKILL in their middle, half a minute',
        got: `${(await leftBytes(dataDir)) - before} bytes are left`,
      }
    })
    for (const [what, headers, body] of /** @type {[string, Record<string, string>, Buffer][]} */ ([
      ['a piece behind the end', piece(100, 10, 50), Buffer.alloc(10)],
      ['a piece that leaves a gap', piece(40, 10, 100), Buffer.alloc(10)],
      ['a piece of another total', piece(0, 10, 99), Buffer.alloc(10)],
      ['more bytes than its range', piece(0, 10, 100), Buffer.alloc(20)],
      ['no range', octets, Buffer.alloc(10)],
      ['a range of nonsense', { ...octets, 'content-range': 'bytes -1-99999999999999999/5' }, Buffer.alloc(10)],
    ])) {
      await probe(`${what} is refused and nothing counts as received`, async () => {
        const upload = await folderUpload(instance, 100)
        const answer = await ask({ method: 'PATCH', headers, body }, `/folder-uploads/${upload.id}/files/0`)
        const { received } = dataOf(await ask({}, `/folder-uploads/${upload.id}`)).files[0]
        const problem = formProblem(answer)
        return unless(answer.status >= 400 && !problem && received === 0, what, {
          answer: problem ?? short(answer),
          received,
        })
      })
    }
    await probe('an upload slower than five minutes arrives', async () => {
      const body = Buffer.from(`${JSON.stringify({ text: 'x'.repeat(600) })}\n`)
      const upload = await folderUpload(instance, body.length)
      const slow = { headers: octets, body, overMs: SLOW_MS }
      const [single, inPieces] = await Promise.all([
        trickle(instance, { method: 'POST', path: '/uploads?name=slow.jsonl', ...slow }),
        trickle(instance, {
          method: 'PATCH',
          path: `/folder-uploads/${upload.id}/files/0`,
          ...slow,
          headers: piece(0, body.length, body.length),
        }),
      ])
      const good = [single, inPieces].every(({ status }) => status < 300)
      return unless(good, `${body.length} bytes over ${SLOW_MS / 1000} s`, [short(single), short(inPieces)])
    })
  },
}
