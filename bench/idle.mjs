// What the product costs while nobody uses it: CPU of all its processes over a minute and their memory (PSS: shared pages counted once), by
// process. Starts a product of its own; Linux only, for it reads /proc.
//
//   node bench/idle.mjs [--seconds 60] [--settle 30] [--work]
//
// --work: after a small job of each kind, so that what jobs leave behind counts too.
import { readdirSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startStack } from '../e2e/lib/stack.mjs'
import { pause, prepare } from '../e2e/lib/work.mjs'

const TICKS_PER_SECOND = 100
const MIB = 2 ** 20
export const LIMITS = { cpuPercent: 1, pssMiB: 350 }

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    settle: { type: 'string', default: '30' },
    work: { type: 'boolean', default: false },
  },
})

/** @param {number} pid */
const statOf = (pid) => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  // utime, stime and those of children that have ended: what short-lived programs used is not lost.
  return { parent: fields[1] ?? 0, ticks: [11, 12, 13, 14].reduce((sum, at) => sum + (fields[at] ?? 0), 0) }
}

/** Every process below the roots, with its CPU ticks. @param {number[]} roots @returns {Map<number, number>} */
const family = (roots) => {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [{ pid: Number(name), ...statOf(Number(name)) }]
      } catch {
        return [] // ended meanwhile
      }
    })
  const found = new Map()
  const add = (/** @type {number} */ pid) => {
    const own = all.find((one) => one.pid === pid)
    if (!own || found.has(pid)) return
    found.set(pid, own.ticks)
    for (const { pid: child } of all.filter(({ parent }) => parent === pid)) add(child)
  }
  for (const root of roots) add(root)
  return found
}

/** @param {number} pid */
const pssOf = (pid) => {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
/** @param {number} pid */
const nameOf = (pid) => {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
    return (words[0]?.endsWith('node') ? words.slice(0, 3) : words.slice(0, 4))
      .map((word) => word.split('/').slice(-3).join('/'))
      .join(' ')
      .slice(0, 60)
  } catch {
    return 'ended'
  }
}

const stack = await startStack()
try {
  if (values.work) await prepare(stack.client, { maxDocuments: 60, contextSize: 64 })
  const state = await stack.state()
  const roots = [state.launcher.pid, ...Object.values(state.processes).map((entry) => entry.pid)]
  await pause(Number(values.settle) * 1000)
  const seconds = Number(values.seconds)
  const before = family(roots)
  await pause(seconds * 1000)
  const after = family(roots)
  const rows = [...after].map(([pid, ticks]) => ({
    process: nameOf(pid),
    'CPU %': ((ticks - (before.get(pid) ?? 0)) / TICKS_PER_SECOND / seconds) * 100,
    'PSS MiB': pssOf(pid) / MIB,
  }))
  const sum = (/** @type {'CPU %' | 'PSS MiB'} */ key) => rows.reduce((total, row) => total + row[key], 0)
  // A process that ended gave its ticks to its parent; what it had used before is no use of this minute.
  const gone = [...before].filter(([pid]) => !after.has(pid)).reduce((total, [, ticks]) => total + ticks, 0)
  const cpu = sum('CPU %') - (gone / TICKS_PER_SECOND / seconds) * 100
  const round = (/** @type {number} */ value) => Math.round(value * 100) / 100
  console.table(
    rows
      .sort((a, b) => b['PSS MiB'] - a['PSS MiB'])
      .map((row) => ({ ...row, 'CPU %': round(row['CPU %']), 'PSS MiB': round(row['PSS MiB']) })),
  )
  const pss = sum('PSS MiB')
  console.log(`all: ${round(cpu)} % of a core over ${seconds} s, ${round(pss)} MiB in ${rows.length} processes`)
  console.log(`wanted: under ${LIMITS.cpuPercent} % and ${LIMITS.pssMiB} MiB`)
  process.exitCode = cpu < LIMITS.cpuPercent && pss < LIMITS.pssMiB ? 0 : 1
} finally {
  await stack.stop()
}
