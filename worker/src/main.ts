// Entry of the worker: checks its configuration and pipelines, then supervises until it is asked to stop.
import { readConfig } from './config.js'
import { checkRegistry } from './registry.js'
import { Supervisor } from './supervisor/supervisor.js'

checkRegistry()
const supervisor = new Supervisor(readConfig())
const stop = async (): Promise<void> => {
  await supervisor.stop()
  process.exit(0)
}
process.on('SIGTERM', () => void stop()).on('SIGINT', () => void stop())
await supervisor.start()
console.log(`worker ${supervisor.id} is ready`)
