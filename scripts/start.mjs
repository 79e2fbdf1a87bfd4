// ./start-mistudio.sh: install and build what is needed, start everything, print a link that logs the browser in.
import { spawn } from 'node:child_process'
import { closeSync, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { layout, ROOT } from './lib/paths.mjs'

const HELP = `Usage: ./start-mistudio.sh [options]
  --demo            run the bundled demo after the start
  --port N          port of the web page (default 8420)
  --data-dir DIR    where everything is kept (default ./data)
  --no-install      leave node_modules as it is
  --foreground      stay in the terminal; Ctrl-C stops
  --help`

const fail = (/** @type {unknown} */ error) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

const readArguments = () => {
  try {
    return parseArgs({
      options: {
        demo: { type: 'boolean', default: false },
        port: { type: 'string', default: '8420' },
        'data-dir': { type: 'string', default: join(ROOT, 'data') },
        'no-install': { type: 'boolean', default: false },
        foreground: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`)
    return process.exit(1)
  }
}
const values = readArguments()
const port = Number(values.port)
const paths = layout(resolve(values['data-dir']))
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
if (!Number.isInteger(port) || port < 1 || port > 65_535)
  fail(`--port needs a number from 1 to 65535, not "${values.port}".`)

/** Node modules and build. These run before anything is installed. */
const setUp = async () => {
  const setup = await import('./lib/setup.mjs')
  if (values['no-install'] && !existsSync(join(ROOT, 'node_modules')))
    throw new Error('There is no node_modules folder: run without --no-install once.')
  await setup.ensureReady({ install: !values['no-install'] })
}

/** Starts a launcher and waits until everything answers. Ours may find that another one was faster: then that one's is waited for. */
const startLauncher = async () => {
  const { openLog, prepareDataDir } = await import('./lib/private.mjs')
  const { HELD } = await import('./launcher.mjs')
  const { waitUntilHealthy } = await import('./lib/healthy.mjs')
  prepareDataDir(paths)
  const log = values.foreground ? null : openLog(paths, 'launcher')
  const launcher = spawn(process.execPath, [join(ROOT, 'scripts', 'launcher.mjs'), String(port), paths.dataDir], {
    cwd: ROOT,
    detached: !values.foreground,
    stdio: [values.foreground ? 'inherit' : 'ignore', log ?? 'inherit', log ?? 'inherit', 'ipc'],
  })
  if (log !== null) closeSync(log)
  /** @type {string | null} */
  let gone = null
  let why = ''
  launcher.on('message', (message) => {
    if (typeof message !== 'object' || message === null) return
    if ('note' in message) console.log(String(message.note))
    else if ('failed' in message) why = String(message.failed)
  })
  launcher.once('error', (error) => (gone = `The launcher could not be started: ${error.message}`))
  launcher.once('exit', (code, signal) => {
    if (code === HELD) console.log('Another start of this data directory was faster; waiting for it.')
    else gone = why || `The launcher ended (${signal ?? `status ${code}`}). See launcher.log in ${paths.logs}.`
  })
  const interrupted = () => {
    launcher.kill('SIGTERM')
    launcher.once('exit', () => process.exit(130))
  }
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted)
  const state = await waitUntilHealthy(paths, () => gone)
  process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
  return { launcher, state }
}

/** Says what runs already and waits until it answers. @param {any} state */
const joinRunning = async (state) => {
  const { waitUntilHealthy } = await import('./lib/healthy.mjs')
  console.log(`Already running since ${state.startedAt} in ${paths.dataDir}:`)
  for (const [name, entry] of Object.entries({ launcher: state.launcher, ...state.processes }))
    console.log(`  ${name.padEnd(9)} process ${entry.pid}${entry.port ? `, port ${entry.port}` : ''}`)
  return waitUntilHealthy(paths, () => null)
}

const main = async () => {
  await setUp()
  process.umask(0o077)
  const { welcome } = await import('./lib/welcome.mjs')
  const { runningHere } = await import('./lib/running.mjs')
  const running = await runningHere(paths)
  if (running) {
    const state = await joinRunning(running)
    await welcome(paths, state.url, values.demo)
    return
  }
  const { launcher, state } = await startLauncher()
  await welcome(paths, state.url, values.demo)
  if (!values.foreground) {
    if (launcher.connected) launcher.disconnect()
    launcher.unref()
    return
  }
  process.on('SIGINT', () => {}).on('SIGTERM', () => launcher.kill('SIGTERM'))
  if (launcher.exitCode !== null) process.exit(0)
  launcher.once('exit', (code) => process.exit(code ?? 0))
}
main().catch(fail)
