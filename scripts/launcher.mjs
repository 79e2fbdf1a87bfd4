// The daemon behind start-mistudio.sh: takes the data directory's lock, starts PostgreSQL, Redis, migrations, backend and worker,
// restarts what dies, and ends everything in order on SIGTERM. It holds no state of its own: it tells whoever asks its lock, and
// <data-dir>/run/state.json, what runs.
import { spawn } from 'node:child_process'
import { closeSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { keep } from './lib/keep.mjs'
import { belonging, endLeftOver } from './lib/left-over.mjs'
import { hold } from './lib/lock.mjs'
import { isOpen } from './lib/net.mjs'
import { defaultImportRoots, layout, ROOT } from './lib/paths.mjs'
import { openLog, prepareDataDir } from './lib/private.mjs'
import { markOf } from './lib/processes.mjs'
import { startServers } from './lib/servers.mjs'
import { copiedFrom, identityOf, writeState } from './lib/state.mjs'

/** Exit status of a launcher that found another one holding its data directory. */
export const HELD = 3
/** How often the launcher looks whether its data directory is still there. */
const LOOK_MS = 5000

const log = (/** @type {string} */ text) => console.log(`${new Date().toISOString()} ${text}`)
/** Tells whoever started us, while they listen. @param {{ note: string } | { failed: string }} message */
const tell = (message) =>
  new Promise((done) => {
    if (process.connected) process.send?.(message, () => done(undefined))
    else done(undefined)
  })

/** Backend and worker, with what they are told. @param {import('./lib/paths.mjs').Layout} paths @param {number} port @param {NodeJS.ProcessEnv} servers */
const productEnvironment = (paths, port, servers) => {
  const { DATABASE_URL: _, REDIS_URL: __, ...inherited } = process.env
  return {
    ...inherited,
    ...servers,
    MISTUDIO_DATA_DIR: paths.dataDir,
    MISTUDIO_PORT: String(port),
    MISTUDIO_HOST: process.env['MISTUDIO_HOST'] ?? '127.0.0.1',
    MISTUDIO_IMPORT_ROOTS: process.env['MISTUDIO_IMPORT_ROOTS'] ?? defaultImportRoots(paths.dataDir),
    MISTUDIO_STATIC_DIR: process.env['MISTUDIO_STATIC_DIR'] ?? join(ROOT, 'frontend', 'dist'),
  }
}

/** @param {import('./lib/paths.mjs').Layout} paths @param {string} name @param {NodeJS.ProcessEnv} env */
const spawnPart = (paths, name, env) => {
  const output = openLog(paths, name)
  const child = spawn(process.execPath, [join(ROOT, name, 'dist', 'main.js')], {
    cwd: ROOT,
    env: { ...env, ...belonging(paths, name) },
    // The backend says over the channel that it listens.
    stdio: ['ignore', output, output, ...(name === 'backend' ? [/** @type {const} */ ('ipc')] : [])],
    detached: true,
  })
  closeSync(output)
  return child
}

/** Until the backend listens; throws when it ends before. @param {import('node:child_process').ChildProcess} child @param {number} port */
const listening = (child, port) =>
  new Promise((done, failed) => {
    /** @type {string} */
    let why = ''
    child.on('message', (message) => {
      if (typeof message !== 'object' || message === null) return
      if ('listening' in message) done(undefined)
      else if ('failed' in message) why = String(message.failed)
    })
    child.once('exit', () =>
      failed(new Error(why || `The backend ended at its start on port ${port}. See backend.log.`)),
    )
  })

/** @param {{ port: number, dataDir: string }} options */
export const launch = async ({ port, dataDir }) => {
  process.umask(0o077)
  const paths = layout(dataDir)
  prepareDataDir(paths)
  const state = {
    launcher: markOf(process.pid),
    url: `http://127.0.0.1:${port}`,
    port,
    dataDir,
    folder: identityOf(dataDir),
    startedAt: new Date().toISOString(),
    ready: false,
    processes: /** @type {Record<string, import('./lib/state.mjs').Entry>} */ ({}),
  }
  const { holder } = await hold(paths.run, () => state)
  if (holder) process.exit(HELD)
  const save = () => writeState(paths, state)

  let stopping = false
  /** @type {import('./lib/keep.mjs').Hooks} */
  const hooks = {
    log,
    stopping: () => stopping,
    kept: [],
    changed: (name, mark, on) => {
      state.processes[name] = on ? { ...mark, port: on } : mark
      save()
    },
  }
  const stop = async (/** @type {number} */ status) => {
    if (stopping) return
    stopping = true
    log('stopping')
    state.ready = false
    for (const { release } of hooks.kept) release()
    await endLeftOver(paths, state)
    state.processes = {}
    if (existsSync(paths.run)) save()
    log('stopped')
    process.exit(status)
  }
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP'])) process.on(signal, () => stop(0))

  try {
    await clearUp(paths)
    if (await isOpen(port)) throw new Error(portTaken(port))
    save()
    const env = productEnvironment(paths, port, await startServers(paths, hooks))
    const backend = keep('backend', () => spawnPart(paths, 'backend', env), hooks)
    keep('worker', () => spawnPart(paths, 'worker', env), hooks)
    await listening(backend.first, port)
    state.ready = true
    save()
    log(`running at ${state.url}`)
    setInterval(() => {
      if (isFolder(dataDir, state.folder)) return
      log('the data directory is gone')
      void stop(1)
    }, LOOK_MS)
  } catch (error) {
    if (stopping) return
    await failed(error)
    await stop(1)
  }
}

/** Whether a path is still the folder that it was. @param {string} path @param {string} folder */
const isFolder = (path, folder) => existsSync(path) && identityOf(path) === folder

/** Says what was copied, ends what a killed launcher left. @param {import('./lib/paths.mjs').Layout} paths */
const clearUp = async (paths) => {
  const original = copiedFrom(paths)
  if (original)
    await tell({
      note: `This data directory is a copy of ${original}. If miStudio ran there while it was copied, copy it again after a stop: the copy's database may be incomplete.`,
    })
  const ended = await endLeftOver(paths)
  if (!ended.length) return
  log(`a launcher was killed here; ended what it left: ${ended.join(', ')}`)
  await tell({
    note: `The last launcher of this data directory was killed. What it left was ended first: ${ended.join(', ')}.`,
  })
}

/** @param {unknown} error */
const failed = async (error) => {
  const text = error instanceof Error ? error.message : String(error)
  log(`start failed: ${text}`)
  await tell({ failed: text })
}

/** @param {number} port */
const portTaken = (port) =>
  `Port ${port} is taken by another program. Choose another one: ./start-mistudio.sh --port ${port + 1}`

if (process.argv[1] === import.meta.filename) {
  const [port, dataDir] = process.argv.slice(2)
  launch({ port: Number(port), dataDir: String(dataDir) }).catch(async (error) => {
    await failed(error)
    process.exit(1)
  })
}
