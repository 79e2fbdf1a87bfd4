// Ends exactly what start-mistudio.sh started in a data directory: the launcher in order, or its left-over processes if it died.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { sleep } from './lib/net.mjs'
import { layout, ROOT } from './lib/paths.mjs'
import { isAlive, stopProcess } from './lib/processes.mjs'

const { values } = parseArgs({ options: { 'data-dir': { type: 'string', default: resolve(ROOT, 'data') } } })
const paths = layout(resolve(values['data-dir']))
if (!existsSync(paths.state)) {
  console.log(`Nothing was started in ${paths.dataDir}.`)
  process.exit(0)
}
/** @type {import('./launcher.mjs').State} */
const state = JSON.parse(readFileSync(paths.state, 'utf8'))
if (isAlive(state.launcher)) {
  console.log('Stopping; running jobs write a checkpoint first …')
  process.kill(state.launcher.pid, 'SIGTERM')
  for (let waited = 0; isAlive(state.launcher); waited += 100) {
    if (waited > 90_000)
      throw new Error(`The launcher (process ${state.launcher.pid}) did not end within 90 s. See ${paths.logs}.`)
    await sleep(100)
  }
  console.log('Stopped.')
} else {
  const left = ['worker', 'backend', 'redis', 'postgres'].filter((name) => isAlive(state.processes[name]))
  for (const name of left) await stopProcess(state.processes[name], 20_000)
  console.log(left.length ? `The launcher was gone; ended what it left: ${left.join(', ')}.` : 'Nothing is running.')
}
