// Install and build, each only when needed. Output goes to the terminal, so that a failure explains itself.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { buildIsFresh, installIsFresh, markInstalled } from './fresh.mjs'
import { ROOT } from './paths.mjs'

/** Runs a command in the repository. @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
export const run = (command, args, env = {}) => {
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  })
  if (error) throw error
  if (status !== 0) throw new Error(`"${[command, ...args].join(' ')}" ended with status ${status}.`)
}

/** `npm ci` when the lock changed. */
export const ensureInstalled = () => {
  if (installIsFresh()) return
  console.log('Installing dependencies (npm ci); once, and after each change of the lock file …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    ONNXRUNTIME_NODE_INSTALL: process.env['ONNXRUNTIME_NODE_INSTALL'] ?? 'skip',
  })
  markInstalled()
}

/** A build when sources changed. */
export const ensureBuilt = () => {
  if (buildIsFresh()) return
  console.log('Building …')
  run(process.execPath, [join('scripts', 'build.mjs')])
}
