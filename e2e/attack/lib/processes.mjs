// What another user of the machine can see of the product's processes: which there are, their arguments, environment and open doors.
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** @typedef {{ pid: number, parent: number, stat: string, command: string }} Process */

/** @returns {Process[]} living processes; zombies are gone */
const processes = () =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8', maxBuffer: 2 ** 26 })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null && !String(match[3]).startsWith('Z'))
    .map((match) => ({
      pid: Number(match?.[1]),
      parent: Number(match?.[2]),
      stat: String(match?.[3]),
      command: String(match?.[4]),
    }))

/** Pids and all that descend from them. @param {readonly number[]} roots */
const withDescendants = (roots) => {
  const all = processes()
  const found = new Set(roots.filter((pid) => all.some((process) => process.pid === pid)))
  for (let grown = -1; grown !== found.size; ) {
    grown = found.size
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid)
  }
  return [...found]
}

/** All processes of a started product. @param {import('../../lib/stack.mjs').Stack} stack */
export const pidsOf = async (stack) => {
  const { launcher, processes: kept } = await stack.state()
  return withDescendants([launcher.pid, ...Object.values(kept).map((entry) => Number(entry.pid))])
}

const readProc = (/** @type {number} */ pid, /** @type {string} */ name) => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}
/** @param {number} pid */
export const argumentsOf = (pid) => readProc(pid, 'cmdline').replaceAll('\0', ' ')
/** @param {number} pid */
export const environmentOf = (pid) => readProc(pid, 'environ').replaceAll('\0', '\n')
/** Bytes in memory. @param {number} pid */
export const memoryOf = (pid) => 1024 * Number(/VmRSS:\s+(\d+)/.exec(readProc(pid, 'status'))?.[1] ?? 0)

/** Processes whose arguments or environment name a folder: whatever belongs to a data folder. @param {string} dataDir */
export const belongingTo = (dataDir) =>
  processes()
    .map(({ pid }) => pid)
    .filter((pid) => pid !== process.pid && (argumentsOf(pid) + environmentOf(pid)).includes(dataDir))

/** TCP ports on which these processes listen. @param {readonly number[]} pids */
export const listening = (pids) => {
  const inodes = new Map()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').trim().split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (fields[3] === '0A') inodes.set(fields[9], Number.parseInt(String(fields[1]?.split(':')[1]), 16))
    }
  }
  const ports = new Set()
  for (const pid of pids) {
    let descriptors = /** @type {string[]} */ ([])
    try {
      descriptors = readdirSync(`/proc/${pid}/fd`)
    } catch {}
    for (const descriptor of descriptors) {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1]
        if (inode && inodes.has(inode)) ports.add(inodes.get(inode))
      } catch {}
    }
  }
  return [...ports].map(Number)
}

/** Neither root nor nobody, under whom root's database runs. */
const SOMEBODY = 54_321
export const isRoot = process.getuid?.() === 0
/** Runs a shell line as another user of the machine; only root can. @param {string} line */
export const asSomebody = (line) =>
  spawnSync('sh', ['-c', line], { uid: SOMEBODY, gid: SOMEBODY, cwd: '/', encoding: 'utf8', maxBuffer: 2 ** 26 })
