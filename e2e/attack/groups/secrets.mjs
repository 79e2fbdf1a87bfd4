// Secrets: none in clear outside its own file of mode 600: not in logs, arguments, environment, other files of the data folder.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { dataOf, jsonOf, send, short } from '../lib/http.mjs'
import { keepSecret, unless } from '../lib/probes.mjs'
import { argumentsOf, asSomebody, environmentOf, isRoot, pidsOf } from '../lib/processes.mjs'

const HUB_TOKEN = 'hf_attackCanaryToken0123456789abc'
const WRONG_KEY = 'mis_attackCanaryWrongKey0123456789abcdefghij'

/** @param {unknown} value @returns {string[]} the texts in a JSON value */
const textsIn = (value) =>
  typeof value === 'string' ? [value] : value && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : []

/** Texts of a file of secrets that are long enough to be one. @param {string} text */
const secretsIn = (text) => {
  try {
    return textsIn(JSON.parse(text)).filter((leaf) => leaf.length >= 16)
  } catch {
    return [text.trim()].filter((line) => line.length >= 16 && !/\s/.test(line))
  }
}

/** Makes every kind of secret pass through the product. @param {import('../lib/instance.mjs').Instance} instance @returns {Promise<Map<string, string>>} by name */
const plant = async (instance) => {
  keepSecret('hub token', HUB_TOKEN)
  const { secret } = await instance.makeKey('admin', 'canary')
  const cookie = await instance.signIn(secret)
  const link = dataOf(await instance.ask({ method: 'POST' }, '/auth/links')).code
  keepSecret('link code', link)
  await instance.ask({ method: 'PUT', json: { token: HUB_TOKEN } }, '/hub/token')
  // Where a careless log would show what came in.
  const login = (/** @type {unknown} */ json) => send(instance.url, { method: 'POST', path: '/auth/login', json })
  await login({ apiKey: WRONG_KEY })
  await login({ apiKey: { secret } })
  await send(instance.url, { path: `/models?apiKey=${secret}&code=${link}`, key: secret })
  await send(instance.url, { path: `/nowhere/${secret}`, key: secret })
  await instance.ask({ method: 'POST', body: `{"apiKey":"${secret}"` }, '/auth/login')
  await instance.ask({ method: 'POST', json: { path: `/tmp/${secret}` } }, '/models/inspect')
  await instance.ask({ method: 'POST', json: { repo: 'attack/none' } }, '/hub/inspect')
  return new Map([
    ['first key', instance.apiKey],
    ['made key', secret],
    ['session', cookie.slice(cookie.indexOf('=') + 1)],
    ['link code', link],
    ['hub token', HUB_TOKEN],
    ['wrong key', WRONG_KEY],
  ])
}

/** Files below a folder. @param {string} folder */
const filesBelow = async (folder) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

/** @type {import('../main.mjs').Group} */
export const secrets = {
  name: 'secrets',
  about: 'canaries of every secret in logs, arguments, environment and files; modes of folders and files',
  short: true,
  run: async ({ probe, instance }) => {
    const { dataDir } = instance
    const canaries = await plant(instance)
    const own = await filesBelow(join(dataDir, 'secrets'))
    for (const file of own) {
      for (const [i, secret] of secretsIn(await readFile(file, 'utf8')).entries()) {
        if ([...canaries.values()].includes(secret)) continue
        const name = `secrets/${file.split('/').at(-1)} ${i}`
        keepSecret(name, secret)
        canaries.set(name, secret)
      }
    }
    const pids = await pidsOf(instance.stack)
    const others = (await filesBelow(dataDir)).filter((file) => !own.includes(file))
    const contents = new Map()
    for (const file of others) contents.set(file, await readFile(file, 'latin1').catch(() => ''))
    for (const [name, secret] of canaries) {
      await probe(`${name}: in no argument of a process`, async () => {
        const pid = pids.find((pid) => argumentsOf(pid).includes(secret))
        return unless(pid === undefined, undefined, pid && argumentsOf(pid))
      })
      await probe(`${name}: in no environment of a process`, async () => {
        const pid = pids.find((pid) => environmentOf(pid).includes(secret))
        const line =
          pid &&
          environmentOf(pid)
            .split('\n')
            .find((entry) => entry.includes(secret))
        return unless(pid === undefined, undefined, `${pid && argumentsOf(pid)}: ${line}`)
      })
      await probe(`${name}: in no log and no other file of the data folder`, async () => {
        const file = others.find((path) => contents.get(path).includes(secret))
        return unless(file === undefined, undefined, file)
      })
    }
    for (const path of ['/hub/token', '/settings', '/auth/keys', '/auth/me', '/health', '/system/info']) {
      await probe(`no secret in the answer of ${path}`, async () => {
        const answer = await instance.ask({}, path)
        const found = [...canaries].find(([, secret]) => answer.text.includes(secret))
        return unless(!found, path, `${found?.[0]}: ${short(answer)}`)
      })
    }
    await modes({ probe, dataDir, own })
    await instance.ask({ method: 'DELETE' }, '/hub/token')
    await probe('a removed hub token is gone from the disk', async () => {
      for (const file of await filesBelow(dataDir))
        if ((await readFile(file, 'latin1').catch(() => '')).includes(HUB_TOKEN)) return { got: file }
      return unless(jsonOf(await instance.ask({}, '/hub/token'))?.data?.set !== true, undefined, 'still set')
    })
  },
}

/** Who else may look. @param {{ probe: import('../main.mjs').Probe, dataDir: string, own: string[] }} on */
const modes = async ({ probe, dataDir, own }) => {
  const modeOf = async (/** @type {string} */ path) => (await stat(path)).mode & 0o777
  const closed = async (/** @type {string} */ path) => {
    const mode = await modeOf(path)
    return unless((mode & 0o077) === 0, undefined, `${path} has mode ${mode.toString(8)}`)
  }
  for (const folder of ['secrets', 'logs', 'run']) await probe(`mode of ${folder}`, () => closed(join(dataDir, folder)))
  for (const file of [...own, ...(await filesBelow(join(dataDir, 'logs')))])
    await probe(`mode of ${file.slice(dataDir.length + 1)}`, () => closed(file))
  if (isRoot)
    await probe('another user of the machine can read no file of the data folder', async () => {
      const readable = asSomebody(`find '${dataDir}' -type f -readable 2>/dev/null | head -5`).stdout.trim()
      return unless(readable === '', undefined, readable)
    })
  else await probe('mode of the data folder', () => closed(dataDir))
}
