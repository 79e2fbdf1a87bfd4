// A whole miStudio in a folder of its own, for journeys, chaos and benchmarks. Started and stopped by the product's own scripts.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createClient } from '@mistudio/client'

const ROOT = resolve(import.meta.dirname, '../..')

/** @returns {Promise<number>} a TCP port that was free a moment ago */
const freePort = () =>
  new Promise((done, failed) => {
    const server = createServer()
    server.once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address && typeof address === 'object' ? done(address.port) : failed(new Error('no port'))))
    })
  })

/** @param {string} script @param {string[]} args @param {NodeJS.ProcessEnv} env */
const runScript = (script, args, env) =>
  new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(ROOT, 'scripts', script), ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.once('error', failed)
    child.once('exit', (code) =>
      code === 0 ? done(output) : failed(new Error(`${script} ended with ${code}\n${output}`)),
    )
  })

/**
 * Starts a stack in a temporary folder, or in `folder`, which then stays. `importRoots` are added to what it may read.
 * @param {{ importRoots?: string[], env?: NodeJS.ProcessEnv, folder?: string | undefined }} [options]
 */
export const startStack = async ({ importRoots = [], env = {}, folder } = {}) => {
  const dataDir = folder ?? (await mkdtemp(join(tmpdir(), 'mistudio-')))
  const port = await freePort()
  const stackEnv = {
    ...env,
    MISTUDIO_IMPORT_ROOTS: [join(ROOT, 'demo'), join(dataDir, 'import'), ...importRoots].join(
      process.platform === 'win32' ? ';' : ':',
    ),
  }
  const output = await runScript('start.mjs', ['--no-install', '--port', String(port), '--data-dir', dataDir], stackEnv)
  const apiKey = (await readFile(join(dataDir, 'secrets', 'api-key'), 'utf8')).trim()
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    port,
    dataDir,
    apiKey,
    output,
    client: createClient({ baseUrl: url, apiKey }),
    /** Process ids and addresses as the launcher keeps them. */
    state: async () => JSON.parse(await readFile(join(dataDir, 'run', 'state.json'), 'utf8')),
    restart: async () => {
      await runScript('stop.mjs', ['--data-dir', dataDir], stackEnv)
      await runScript('start.mjs', ['--no-install', '--port', String(port), '--data-dir', dataDir], stackEnv)
    },
    stop: async () => {
      await runScript('stop.mjs', ['--data-dir', dataDir], stackEnv)
      if (!folder) await rm(dataDir, { recursive: true, force: true })
    },
  }
}
/** @typedef {Awaited<ReturnType<typeof startStack>>} Stack */
