// The product in a clone, driven as a user does: its shell scripts, as some user, with some PATH; and what is left of it afterwards.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../../scripts/lib/net.mjs'
import { prepare } from '../lib/work.mjs'

/** @typedef {{ uid: number, gid: number, home: string }} User */
/** @typedef {{ status: number | null, output: string }} Outcome */

/** Environment of a user who just logged in: nothing of ours but the way to the registry that npm uses here. @param {User | null} user @param {NodeJS.ProcessEnv} env */
const environmentOf = (user, env) => {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(MISTUDIO|DATABASE_URL|REDIS_URL|TEST_|VITEST|XDG_|PWD|OLDPWD)/.test(name),
  )
  return { ...Object.fromEntries(kept), ...(user ? { HOME: user.home } : {}), ...env }
}

/**
 * Runs a program to its end. `watch` sees the output so far and may send signals to the program's group.
 * @param {string[]} command
 * @param {{ cwd: string, user?: User | null, env?: NodeJS.ProcessEnv, watch?: (output: string, signal: (name: NodeJS.Signals) => void) => void }} options
 * @returns {Promise<Outcome>}
 */
export const runIn = ([program, ...args], { cwd, user = null, env = {}, watch }) =>
  new Promise((done, failed) => {
    const child = spawn(String(program), args, {
      cwd,
      ...(user ? { uid: user.uid, gid: user.gid } : {}),
      env: environmentOf(user, env),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let output = ''
    const hear = (/** @type {Buffer} */ chunk) => {
      output += chunk
      watch?.(output, (name) => process.kill(-Number(child.pid), name))
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('error', failed)
    child.once('exit', (status) => done({ status, output }))
  })

/** Processes that name a folder in arguments or environment, or work inside it. @param {string} folder */
const processesOf = (folder) => {
  const found = []
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      const text = command + readFileSync(`/proc/${pid}/environ`, 'utf8') + readlinkSync(`/proc/${pid}/cwd`)
      if (text.includes(folder) && command) found.push({ pid: Number(pid), command: command.replaceAll('\0', ' ') })
    } catch {
      // Gone, or not ours to read.
    }
  }
  return found
}

/**
 * A product in a clone with a data folder of its own.
 * @param {{ clone: string, dataDir: string, user?: User | null, env?: NodeJS.ProcessEnv, port?: number }} options
 */
export const productIn = async ({ clone, dataDir, user = null, env = {}, port }) => {
  const onPort = port ?? (await freePort())
  const url = `http://127.0.0.1:${onPort}`
  const start = (/** @type {string[]} */ flags = [], watch = /** @type {any} */ (undefined)) =>
    runIn(['./start-mistudio.sh', '--port', String(onPort), '--data-dir', dataDir, ...flags], {
      cwd: clone,
      user,
      env,
      watch,
    })
  return {
    url,
    port: onPort,
    dataDir,
    start,
    stop: () => runIn(['./stop-mistudio.sh', '--data-dir', dataDir], { cwd: clone, user, env }),
    state: async () => JSON.parse(await readFile(join(dataDir, 'run', 'state.json'), 'utf8')),
    key: async () => (await readFile(join(dataDir, 'secrets', 'api-key'), 'utf8')).trim(),
    /** A model, a dataset and its tokens: every process has worked. With the clone's own client: an older server answers in its own way. */
    work: async () => {
      const apiKey = (await readFile(join(dataDir, 'secrets', 'api-key'), 'utf8')).trim()
      /** @type {{ createClient: typeof import('@mistudio/client').createClient }} */
      const { createClient } = await import(join(clone, 'packages/client/dist/index.js'))
      const client = createClient({ baseUrl: url, apiKey })
      const demo = join(clone, 'demo')
      const what = { model: join(demo, 'tiny-stories-1m'), corpus: join(demo, 'stories.jsonl'), maxDocuments: 50 }
      return { client, ...(await prepare(client, what)) }
    },
    left: () => processesOf(dataDir),
  }
}
/** @typedef {Awaited<ReturnType<typeof productIn>>} Product */
