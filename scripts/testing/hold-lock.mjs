// Process of the lock's tests: takes the lock of a folder, says on its output who got it, and stays until it is killed.
import { hold } from '../lib/lock.mjs'

const { holder } = await hold(String(process.argv[2]), () => ({ pid: process.pid }))
process.stdout.write(`${JSON.stringify(holder ? { heldBy: holder.says?.pid ?? null } : { got: process.pid })}\n`)
if (!holder) setInterval(() => undefined, 60_000)
