// Peers of the benchmarks: commands that print one JSON line at their end.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What the peer printed last. @param {string} line the command, its words parted by single spaces */
export async function askPeer(line) {
  const [command, ...args] = line.split(' ')
  const { stdout } = await promisify(execFile)(String(command), args, { maxBuffer: 1 << 26 })
  return JSON.parse(String(stdout.trim().split('\n').at(-1)))
}
