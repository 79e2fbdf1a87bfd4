// Ends exactly what start-mistudio.sh started in a data directory: the launcher in order, and whatever a launcher that died left.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { layout, ROOT } from './lib/paths.mjs'

const { values } = parseArgs({ options: { 'data-dir': { type: 'string', default: join(ROOT, 'data') } } })
const paths = layout(resolve(values['data-dir']))
if (!existsSync(paths.run) || !existsSync(join(ROOT, 'node_modules'))) {
  console.log(`Nothing was started in ${paths.dataDir}.`)
  process.exit(0)
}
const { endLeftOver } = await import('./lib/left-over.mjs')
const { holderOf } = await import('./lib/lock.mjs')
const { isAlive, sendSignal, stopProcess } = await import('./lib/processes.mjs')
const { sleep } = await import('./lib/net.mjs')
const { olderLauncher } = await import('./lib/running.mjs')
const { readState } = await import('./lib/state.mjs')

const LIMIT_MS = 120_000

/** The living launcher: the lock's holder, or one of a version without lock. */
const launcher = async () => {
  const holder = await holderOf(paths.run)
  if (!holder) return olderLauncher(paths)?.launcher ?? null
  const state = holder.says ?? readState(paths)
  if (isAlive(state?.launcher)) return state.launcher
  throw new Error(
    `${paths.dataDir} is in use by a process that says nothing of itself. End it by hand, then stop again.`,
  )
}

const stop = async () => {
  const mark = await launcher()
  if (mark) {
    console.log('Stopping; running jobs write a checkpoint first …')
    sendSignal(mark, 'SIGTERM')
    sendSignal(mark, 'SIGCONT')
    for (let waited = 0; isAlive(mark) && waited < LIMIT_MS; waited += 100) await sleep(100)
    if (isAlive(mark)) {
      console.log(
        `The launcher (process ${mark.pid}) did not end within ${LIMIT_MS / 1000} s; it is killed. See ${paths.logs}.`,
      )
      await stopProcess(mark, 0)
    }
  }
  const left = await endLeftOver(paths)
  if (left.length)
    console.log(
      `${mark ? 'The launcher left something' : 'The launcher was gone'}; ended what it left: ${left.join(', ')}.`,
    )
  console.log(mark || left.length ? 'Stopped.' : 'Nothing is running.')
}
stop().catch((error) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
