// A started product to attack: with keys of every scope, a folder it may import from, and no way to a hub that is not on this machine.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStack } from '../../lib/stack.mjs'
import { dataOf, send } from './http.mjs'
import { keepSecret } from './probes.mjs'

/** @typedef {import('@mistudio/contracts').Scope} Scope */
/** @typedef {Awaited<ReturnType<typeof startInstance>>} Instance */

/** Nothing listens there, so a question to the hub is refused at once. */
const NO_HUB = 'http://127.0.0.1:9'

/** @param {{ env?: NodeJS.ProcessEnv }} [options] */
export const startInstance = async ({ env = {} } = {}) => {
  const scratch = await mkdtemp(join(tmpdir(), 'mistudio-attack-'))
  const imports = join(scratch, 'import')
  await mkdir(imports)
  const cache = join(scratch, 'cache')
  const stack = await startStack({
    importRoots: [imports],
    env: { HF_ENDPOINT: NO_HUB, HF_HUB_CACHE: cache, HF_TOKEN: '', HF_HUB_OFFLINE: '', ...env },
  })
  const { url, apiKey } = stack
  keepSecret('first key', apiKey)

  const ask = (/** @type {Omit<import('./http.mjs').Ask, 'path'>} */ request, /** @type {string} */ path) =>
    send(url, { key: apiKey, ...request, path })
  /** Makes a key. @param {Scope} scope @param {string} [name] @returns {Promise<{ id: string, secret: string }>} */
  const makeKey = async (scope, name = `attack ${scope}`) => {
    const made = dataOf(await ask({ method: 'POST', json: { name, scope } }, '/auth/keys'))
    keepSecret(`${scope} key`, made.secret)
    return made
  }
  /** Signs a browser in. @param {string} key @returns {Promise<string>} the cookie, name and value */
  const signIn = async (key) => {
    const answer = await send(url, { method: 'POST', path: '/auth/login', json: { apiKey: key } })
    dataOf(answer)
    return sessionOf(answer)
  }
  return {
    stack,
    url,
    apiKey,
    client: stack.client,
    dataDir: stack.dataDir,
    /** Outside of every import root. */
    scratch,
    imports,
    /** A new folder that the product may import from. @param {string} name */
    folder: (name) => mkdtemp(join(imports, `${name}-`)),
    ask,
    makeKey,
    signIn,
    keys: {
      read: (await makeKey('read')).secret,
      write: (await makeKey('write')).secret,
      admin: (await makeKey('admin')).secret,
    },
    stop: async () => {
      await stack.stop()
      await rm(scratch, { recursive: true, force: true })
    },
  }
}

/** The cookie that an answer sets, as a browser sends it back. @param {import('./http.mjs').Answer} answer */
export const sessionOf = ({ headers }) => {
  const [cookie = ''] = (headers['set-cookie'] ?? []).map((line) => String(line.split(';')[0])).slice(-1)
  keepSecret('session', cookie.slice(cookie.indexOf('=') + 1))
  return cookie
}
