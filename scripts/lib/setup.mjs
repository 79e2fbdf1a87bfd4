// Install and build, each only when needed, and by one start at a time. Output goes to the terminal, so that a failure explains itself.
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { buildIsFresh, installIsFresh } from './fresh.mjs'
import { hold } from './lock.mjs'
import { sleep } from './net.mjs'
import { ROOT } from './paths.mjs'

/**
 * Runs a command in the repository to its end. A Ctrl-C reaches the command too; its end is waited for, because npm then takes back
 * what it began, and would take it from the next start.
 * @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env] @returns {Promise<void>}
 */
export const run = (command, args, env = {}) =>
  new Promise((done, failed) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, ...env },
      shell: process.platform === 'win32',
    })
    const interrupted = () => undefined
    const terminated = () => child.kill('SIGTERM')
    process.on('SIGINT', interrupted).on('SIGTERM', terminated)
    child.once('error', failed)
    child.once('exit', (status, signal) => {
      process.off('SIGINT', interrupted).off('SIGTERM', terminated)
      if (status === 0) done()
      else failed(new Error(`"${[command, ...args].join(' ')}" ended with ${signal ?? `status ${status}`}.`))
    })
  })

/** `npm ci` when what is installed is not what the lock says. */
const install = async () => {
  if (installIsFresh()) return
  console.log('Installing dependencies (npm ci); once, and after each change of the lock file …')
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    ONNXRUNTIME_NODE_INSTALL: process.env['ONNXRUNTIME_NODE_INSTALL'] ?? 'skip',
  })
}

/** A build when sources changed. */
const build = async () => {
  if (buildIsFresh()) return
  console.log('Building …')
  await run(process.execPath, [join('scripts', 'build.mjs')])
}

const isWritable = () => {
  try {
    accessSync(ROOT, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Waits until no other start installs or builds here. */
const takeTurn = async () => {
  for (let told = false; ; told = true) {
    const { holder } = await hold(join(ROOT, '.cache', 'setup'), () => ({ pid: process.pid }))
    if (!holder) return
    if (!told) console.log('Another start installs or builds here; waiting for it …')
    await sleep(1000)
  }
}

/** Modules and build as the sources want them. Writes nothing when both are. @param {{ install: boolean }} options */
export const ensureReady = async (options) => {
  const ready = () => (!options.install || installIsFresh()) && buildIsFresh()
  if (ready()) return
  if (!isWritable())
    throw new Error(
      `miStudio in ${ROOT} is not ${installIsFresh() ? 'built' : 'installed'}, and this user may not write there. Run "npm ci" and "npm run build" as a user who may, then start again.`,
    )
  await takeTurn()
  if (options.install) await install()
  await build()
}

/** Modules as the lock wants them, for the tests, which build as one of their steps. */
export const ensureInstalled = async () => {
  if (installIsFresh()) return
  await takeTurn()
  await install()
}
