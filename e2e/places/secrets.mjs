// Canaries: every secret of a running product is looked for in logs, arguments, environments, and files that others may read.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './clone.mjs'
import { productIn } from './product.mjs'

const HUB_TOKEN = 'hf_canary0of0the0hub0token0A1b2C3d4E5'

/** Everything that must not show, by name. @param {import('./product.mjs').Product} product @param {string[]} outputs */
const secretsOf = async (product, outputs) => {
  const key = await product.key()
  const servers = JSON.parse(readFileSync(join(product.dataDir, 'secrets', 'servers.json'), 'utf8'))
  const call = async (/** @type {string} */ method, /** @type {string} */ path, /** @type {unknown} */ body) =>
    fetch(`${product.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const kept = await call('PUT', '/hub/token', { token: HUB_TOKEN })
  if (!kept.ok) throw new Error(`the hub token was not stored: ${kept.status}`)
  const made = await (await call('POST', '/auth/keys', { name: 'second', scope: 'read' })).json()
  const link = await (await call('POST', '/auth/links', {})).json()
  const signedIn = await fetch(`${product.url}/api/v1/auth/link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: product.url },
    body: JSON.stringify({ code: link.data.code }),
  })
  const cookie = /=([^;]+)/.exec(signedIn.headers.get('set-cookie') ?? '')?.[1]
  return {
    found: {
      'the first API key': key,
      'another API key': made.data?.secret,
      'the hub token': HUB_TOKEN,
      'a session cookie': cookie,
      'the link of the start': /code=([\w-]+)/.exec(outputs[0] ?? '')?.[1],
      'a link that was used': link.data.code,
      ...Object.fromEntries(Object.entries(servers).map(([name, secret]) => [`the password "${name}"`, secret])),
    },
  }
}

/** Files below a folder that are not the servers' own data. @param {string} folder @returns {string[]} */
const filesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path)
    return entry.isFile() ? [path] : []
  })

/** Files of the temporary folder that are newer than a moment and open to others. @param {number} since */
const openTemporary = (since) =>
  filesBelowQuietly(tmpdir()).filter((path) => {
    try {
      const info = statSync(path)
      return info.mtimeMs >= since && info.mode & 0o044 && info.size < 2 ** 24
    } catch {
      return false
    }
  })

/** @param {string} folder @returns {string[]} */
const filesBelowQuietly = (folder) => {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return statSync(path).mode & 0o001 ? filesBelowQuietly(path) : []
      return entry.isFile() ? [path] : []
    })
  } catch {
    return []
  }
}

/** What processes show: arguments and environment. @param {import('./product.mjs').Product} product @param {'cmdline' | 'environ'} what */
const shown = (product, what) =>
  product.left().map(({ pid }) => {
    try {
      return readFileSync(`/proc/${pid}/${what}`, 'utf8')
    } catch {
      return ''
    }
  })

/** @param {import('./bench.mjs').Bench} bench */
const canaries = async (bench) => {
  const product = await productIn({ clone: ROOT, dataDir: join(bench.folder({ mode: 0o755 }), 'data') })
  const began = Date.now()
  const outcome = await product.start()
  if (!bench.check(outcome.status === 0, 'secrets: the product starts', outcome.output)) return
  try {
    const { found } = await secretsOf(product, [outcome.output])
    await product.work()
    const texts = {
      logs: filesBelow(join(product.dataDir, 'logs')).map((path) => readFileSync(path, 'utf8')),
      arguments: shown(product, 'cmdline'),
      environments: shown(product, 'environ'),
      'temporary files that others read': openTemporary(began).map((path) => readFileSync(path, 'latin1')),
    }
    bench.check(
      texts.logs.length > 3 && texts.environments.length > 3,
      'secrets: there are logs and processes to look at',
    )
    for (const [secret, value] of Object.entries(found)) {
      if (!bench.check(typeof value === 'string' && value.length > 20, `secrets: ${secret} is known to the test`))
        continue
      const places = Object.entries(texts).filter(([, list]) => list.some((text) => text.includes(String(value))))
      bench.check(
        !places.length,
        `secrets: ${secret} is in no log, argument, environment or open file`,
        places.map(([name]) => name).join(', '),
      )
    }
    const folder = statSync(product.dataDir)
    const open = filesBelow(product.dataDir).filter((path) => statSync(path).mode & 0o077)
    bench.check((folder.mode & 0o777) === 0o700, 'secrets: the data folder is private')
    bench.check(!open.length, 'secrets: no file in it is open to others', open.slice(0, 10).join('\n'))
  } finally {
    await product.stop()
  }
}

export const SECRETS = { canaries }
