// Install and build, each only when needed, and by one start at a time. Output goes to the terminal, so that a failure explains itself.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { buildIsFresh, installIsFresh } from './fresh.mjs'
import { hold } from './lock.mjs'
import { sleep } from './net.mjs'
import { ROOT } from './paths.mjs'

/** Runs a command in the repository. @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
export const run = (command, args, env = {}) => {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  })
  if (error) throw error
  if (status !== 0) throw new Error(`"${[command, ...args].join(' ')}" ended with ${signal ?? `status ${status}`}.`)
}

/** `npm ci` when what is installed is not what the lock says. */
const install = () => {
  if (installIsFresh()) return
  console.log('Installing dependencies (npm ci); once, and after each change of the lock file …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    ONNXRUNTIME_NODE_INSTALL: process.env['ONNXRUNTIME_NODE_INSTALL'] ?? 'skip',
  })
}

/** A build when sources changed. */
const build = () => {
  if (buildIsFresh()) return
  console.log('Building …')
  run(process.execPath, [join('scripts', 'build.mjs')])
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
  if (options.install) install()
  build()
}

/** Modules as the lock wants them, for the tests, which build as one of their steps. */
export const ensureInstalled = async () => {
  if (installIsFresh()) return
  await takeTurn()
  install()
}
