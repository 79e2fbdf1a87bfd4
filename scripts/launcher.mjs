// The daemon behind start-mistudio.sh: starts PostgreSQL, Redis, migrations, backend and worker, restarts what dies, and ends
// everything in order on SIGTERM. It holds no state of its own: <data-dir>/run/state.json says what runs, for stop and a second start.
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrate } from './lib/migrate.mjs'
import { freePort, isOpen, sleep, until } from './lib/net.mjs'
import { defaultImportRoots, layout, ROOT } from './lib/paths.mjs'
import { startPostgres } from './lib/postgres.mjs'
import { isAlive, markOf, stopProcess } from './lib/processes.mjs'
import { spawnRedis } from './lib/redis.mjs'

const STOP_GRACE = { worker: 40_000, backend: 10_000, redis: 10_000 }

/** @typedef {{ pid: number, mark: string | null, port?: number }} Entry */
/** @typedef {{ launcher: Entry, url: string, port: number, dataDir: string, startedAt: string, ready: boolean, processes: Record<string, Entry> }} State */

const log = (/** @type {string} */ text) => console.log(`${new Date().toISOString()} ${text}`)

/** Ports of the embedded servers, kept in the data directory so that a restart finds its own servers. @param {string} file */
const keptPorts = async (file) => {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  const ports = { postgres: await freePort(), redis: await freePort() }
  writeFileSync(file, JSON.stringify(ports))
  return ports
}

/** @param {{ port: number, dataDir: string }} options */
export const launch = async ({ port, dataDir }) => {
  const paths = layout(dataDir)
  for (const folder of [paths.run, paths.logs, join(dataDir, 'import')]) mkdirSync(folder, { recursive: true })
  /** @type {State} */
  const state = {
    launcher: markOf(process.pid),
    url: `http://127.0.0.1:${port}`,
    port,
    dataDir,
    startedAt: new Date().toISOString(),
    ready: false,
    processes: {},
  }
  const save = () => {
    writeFileSync(`${paths.state}.tmp`, JSON.stringify(state, null, 2))
    renameSync(`${paths.state}.tmp`, paths.state)
  }
  let stopping = false
  const ports = await keptPorts(join(paths.run, 'ports.json'))

  /** Keeps one process alive; deaths are followed by a growing pause. @param {string} name @param {() => import('node:child_process').ChildProcess} start */
  const keep = (name, start) => {
    let delay = 300
    const run = () => {
      const began = Date.now()
      const child = start()
      if (child.pid)
        state.processes[name] = { ...markOf(child.pid), ...(name === 'redis' ? { port: ports.redis } : {}) }
      save()
      child.once('error', (error) => log(`${name} could not be started: ${error.message}`))
      child.once('exit', (code, signal) => {
        if (stopping) return
        delay = Date.now() - began > 60_000 ? 300 : Math.min(delay * 2, 10_000)
        log(`${name} ended (${signal ?? code}); it starts again in ${delay} ms`)
        setTimeout(run, delay)
      })
    }
    run()
  }
  const output = (/** @type {string} */ name) => openSync(join(paths.logs, `${name}.log`), 'a')

  /** @type {Awaited<ReturnType<typeof startPostgres>> | null} */
  let postgres = null
  const stop = async () => {
    if (stopping) return
    stopping = true
    log('stopping')
    const { worker, backend, redis } = state.processes
    await stopProcess(worker, STOP_GRACE.worker)
    await stopProcess(backend, STOP_GRACE.backend)
    await stopProcess(redis, STOP_GRACE.redis)
    await postgres?.stop()
    state.processes = {}
    state.ready = false
    save()
    log('stopped')
    process.exit(0)
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
  save()

  const startDatabase = async () => {
    postgres = await startPostgres({ folder: paths.postgres, port: ports.postgres })
    const pid = postgres.pid()
    if (pid) state.processes['postgres'] = { ...markOf(pid), port: ports.postgres }
    save()
    return postgres.url
  }
  const databaseUrl = process.env['DATABASE_URL'] ?? (await startDatabase())
  let redisUrl = process.env['REDIS_URL']
  if (!redisUrl) {
    redisUrl = `redis://127.0.0.1:${ports.redis}`
    if (await isOpen(ports.redis))
      throw new Error(
        `Port ${ports.redis}, which this data directory keeps for its Redis, is taken by another process.`,
      )
    keep('redis', () => {
      const out = output('redis')
      const { child } = spawnRedis({ folder: paths.redis, port: ports.redis, output: out })
      closeSync(out)
      return child
    })
    await until(() => isOpen(ports.redis), 15_000, 'The start of Redis')
  }
  const applied = await migrate(databaseUrl)
  log(applied.length ? `migrations applied: ${applied.join(', ')}` : 'database up to date')

  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    MISTUDIO_DATA_DIR: dataDir,
    MISTUDIO_PORT: String(port),
    MISTUDIO_HOST: process.env['MISTUDIO_HOST'] ?? '127.0.0.1',
    MISTUDIO_IMPORT_ROOTS: process.env['MISTUDIO_IMPORT_ROOTS'] ?? defaultImportRoots(dataDir),
    MISTUDIO_STATIC_DIR: process.env['MISTUDIO_STATIC_DIR'] ?? join(ROOT, 'frontend', 'dist'),
  }
  for (const name of ['backend', 'worker']) {
    keep(name, () => {
      const out = output(name)
      const child = spawn(process.execPath, [join(ROOT, name, 'dist', 'main.js')], {
        cwd: ROOT,
        env,
        stdio: ['ignore', out, out],
      })
      closeSync(out)
      return child
    })
  }
  state.ready = true
  save()
  log(`running at ${state.url}`)

  // PostgreSQL is no child of ours (pg_ctl starts it): watch its port instead.
  while (!stopping) {
    await sleep(1000)
    if (!postgres || stopping || isAlive(state.processes['postgres']) || (await isOpen(ports.postgres))) continue
    log('postgres ended; it starts again')
    await startDatabase().catch((error) => log(`postgres could not be started: ${error.message}`))
  }
}

if (process.argv[1] === import.meta.filename) {
  const [port, dataDir] = process.argv.slice(2)
  launch({ port: Number(port), dataDir: String(dataDir) }).catch((error) => {
    log(`start failed: ${error instanceof Error ? error.message : error}`)
    process.exit(1)
  })
}
