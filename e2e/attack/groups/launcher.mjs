// The launcher: started twice at once, killed, with the files of another run, on a copied data folder. Each case works or says why not
// in a sentence, and after stop nothing is left running.
import { spawn, spawnSync } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pause } from '../../lib/work.mjs'
import { unless } from '../lib/probes.mjs'
import { argumentsOf, belongingTo } from '../lib/processes.mjs'

const ROOT = resolve(import.meta.dirname, '../../..')
const ROUNDS = 3

/** Runs start or stop of the product. @param {'start' | 'stop'} script @param {string[]} args @returns {Promise<{ code: number | null, output: string }>} */
const run = (script, args) =>
  new Promise((done) => {
    const child = spawn(process.execPath, [join(ROOT, 'scripts', `${script}.mjs`), ...args], {
      cwd: ROOT,
      env: process.env,
    })
    let output = ''
    child.stdout.on('data', (part) => (output += part))
    child.stderr.on('data', (part) => (output += part))
    child.once('exit', (code) => done({ code, output }))
  })

/** As a user would, with whatever else lies in it; files that vanish meanwhile do not matter. @param {string} from @param {string} to */
const copyFolder = (from, to) => void spawnSync('cp', ['-a', from, to])

/** @param {string} dataDir @param {number} port */
const start = (dataDir, port) => run('start', ['--no-install', '--port', String(port), '--data-dir', dataDir])
const stop = (/** @type {string} */ dataDir) => run('stop', ['--data-dir', dataDir])

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((done) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(address && typeof address === 'object' ? address.port : 0))
    })
  })

/** A message for people: no stack of a program, no bare code of the system. @param {string} output */
const raw = (output) => /\n\s+at .+:\d+:\d+|Error: (spawn|listen|EADDRINUSE|ENOENT)|Node\.js v\d+/.test(output)
const tail = (/** @type {string} */ output) =>
  output
    .trim()
    .split('\n')
    .slice(-6)
    .join('\n')
    .replace(/code=\S+/g, 'code=…')

const healthy = async (/** @type {number} */ port) =>
  fetch(`http://127.0.0.1:${port}/api/v1/health`).then(
    async (response) => (await response.json()).data.ok === true,
    () => false,
  )

/** Stops, and tells what of this folder still runs. @param {string} dataDir */
const stopped = async (dataDir) => {
  const { code, output } = await stop(dataDir)
  await pause(1000)
  const left = belongingTo(dataDir)
  const named = left.map((pid) => argumentsOf(pid).slice(0, 120))
  for (const pid of left) process.kill(pid, 'SIGKILL')
  return { clean: code === 0 && left.length === 0, left: named, said: tail(output) }
}

const launchers = (/** @type {string} */ dataDir) =>
  belongingTo(dataDir).filter((pid) => argumentsOf(pid).includes('launcher.mjs'))

/** @type {import('../main.mjs').Group} */
export const launcher = {
  name: 'launcher',
  about:
    'two starts at once, a killed launcher, stale and foreign ports, a copied data folder; nothing is left after stop',
  run: async ({ probe }) => {
    const home = await mkdtemp(join(tmpdir(), 'mistudio-launch-'))
    await chmod(home, 0o755)
    const [dataDir, port] = [join(home, 'data'), await freePort()]
    try {
      for (let round = 0; round < ROUNDS; round++) {
        await probe(`two starts at once make one product, and stop ends all of it (${round + 1})`, async () => {
          const starts = await Promise.all([start(dataDir, port), start(dataDir, port)])
          const [count, ok] = [launchers(dataDir).length, await healthy(port)]
          const end = await stopped(dataDir)
          const good = starts.every(({ code, output }) => code === 0 && !raw(output))
          const got = {
            codes: starts.map(({ code }) => code),
            said: starts.map(({ output }) => tail(output)),
            launchers: count,
            ok,
            end,
          }
          return unless(good && count === 1 && ok && end.clean, 'start & start; stop', got)
        })
      }
      await probe('a start after the launcher was killed', async () => {
        await start(dataDir, port)
        const [pid] = launchers(dataDir)
        if (!pid) return { got: 'no launcher after a start' }
        process.kill(pid, 'SIGKILL')
        await pause(500)
        const again = await start(dataDir, port)
        const got = {
          code: again.code,
          said: tail(again.output),
          launchers: launchers(dataDir).length,
          ok: await healthy(port),
        }
        return unless(again.code === 0 && got.ok && got.launchers === 1, 'SIGKILL of the launcher; start', got)
      })
      await probe('a start beside a running product says so', async () => {
        const { code, output } = await start(dataDir, port)
        return unless(code === 0 && /running/i.test(output) && !raw(output), 'start', { code, said: tail(output) })
      })
      await probe('a copy of the data folder of a running product starts beside it or says what to do', async () => {
        const copy = join(home, 'copy')
        copyFolder(dataDir, copy)
        const at = await freePort()
        const { code, output } = await start(copy, at)
        const [ok, original] = [await healthy(at), await healthy(port)]
        const end = await stopped(copy)
        const after = await healthy(port)
        const fine = code === 0 ? ok : !raw(output) && output.trim().length > 0
        return unless(fine && original && after, 'cp -a data copy; start; stop', {
          code,
          said: tail(output),
          ok,
          original,
          after,
          end,
        })
      })
      await probe('stop leaves nothing behind', async () => {
        const end = await stopped(dataDir)
        return unless(end.clean, 'stop', end)
      })
      await probe('a stopped data folder that was copied starts', async () => {
        const copy = join(home, 'moved')
        copyFolder(dataDir, copy)
        const at = await freePort()
        const { code, output } = await start(copy, at)
        const ok = await healthy(at)
        const end = await stopped(copy)
        return unless(code === 0 && ok && end.clean, 'cp; start', { code, said: tail(output), ok, end })
      })
      await probe('ports that others took meanwhile are no obstacle', async () => {
        const file = join(dataDir, 'run', 'ports.json')
        const kept = JSON.parse(await readFile(file, 'utf8').catch(() => '{}'))
        const thief = createServer()
        const taken = await new Promise((done) => thief.listen(0, '127.0.0.1', () => done(thief.address())))
        const names = Object.keys(kept).filter((name) => typeof kept[name] === 'number')
        for (const name of names) kept[name] = taken.port
        await writeFile(file, JSON.stringify(kept))
        const { code, output } = await start(dataDir, port)
        const ok = await healthy(port)
        const end = await stopped(dataDir)
        thief.close()
        return unless(code === 0 && ok && end.clean, `ports.json with a port of another program (${names})`, {
          code,
          said: tail(output),
          ok,
          end,
        })
      })
      await probe('files of a run that are no JSON are no obstacle', async () => {
        for (const name of ['state.json', 'ports.json']) await writeFile(join(dataDir, 'run', name), '{"launcher":')
        const { code, output } = await start(dataDir, port)
        const ok = await healthy(port)
        const end = await stopped(dataDir)
        return unless(code === 0 && ok && end.clean, 'half-written state.json and ports.json', {
          code,
          said: tail(output),
          ok,
          end,
        })
      })
      await probe('a start at a port of another program says so and leaves nothing', async () => {
        const thief = createServer()
        await new Promise((done) => thief.listen(port, '127.0.0.1', () => done(null)))
        const { code, output } = await start(dataDir, port)
        thief.close()
        const left = belongingTo(dataDir)
        const good = code !== 0 && /port/i.test(output) && !raw(output) && left.length === 0
        return unless(good, 'start', { code, said: tail(output), left: left.length })
      })
    } finally {
      for (const folder of ['data', 'copy', 'moved']) {
        await stop(join(home, folder))
        for (const pid of belongingTo(join(home, folder))) process.kill(pid, 'SIGKILL')
      }
      await rm(home, { recursive: true, force: true })
    }
  },
}
