// Fuzz: mutated files for every reader. An error with a name or a right load; never a crash, a hang or a flood of memory.
//   npm run fuzz -- [--kind headers|indexes|configs|tokenizers|saes|parquet|onnx|all] [--count N] [--seed TEXT] [--only INDEX] [--keep FOLDER] [--hang MS]
// `--keep` stores the bytes of failing inputs, `--hang` is for machines that are busy with other work.
// The inputs follow from seed, kind and index, so `--seed S --kind K --only I` gives one of them again.
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Random } from './random.mjs'
import { FULL_COUNTS, TARGETS } from './targets/index.mjs'

/** @typedef {import('./child.mjs').Report} Report */

/** Bytes of resident memory that an input may add. */
const MAX_GROWTH = 200 * 2 ** 20
/** Failures after which a kind is given up: more of the same help nobody. */
const MAX_FAILURES = 20
const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url))

const { values } = parseArgs({
  options: {
    kind: { type: 'string', default: 'all' },
    count: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    keep: { type: 'string' },
    hang: { type: 'string', default: '2000' },
  },
})
/** Milliseconds of processor time that an input may take. */
const HANG_MS = Number(values.hang)
/** Milliseconds by the clock after which the child is killed; many, because a busy machine is slow at everything. */
const KILL_MS = 10 * HANG_MS
const kinds = values.kind === 'all' ? Object.keys(TARGETS) : values.kind.split(',')
const unknown = kinds.find((kind) => !Object.hasOwn(TARGETS, kind))
if (unknown !== undefined) {
  console.error(`There is no kind "${unknown}"; there are ${Object.keys(TARGETS).join(', ')} and all.`)
  process.exit(2)
}

const totals = { inputs: 0, refused: 0, loaded: 0, failures: 0, growth: 0, ms: 0 }
/** @type {Map<string, number>} */
let codes = new Map()

/** Says what went wrong with an input and what its bytes are. */
function fail(/** @type {string} */ kind, /** @type {number} */ index, /** @type {string} */ problem) {
  totals.failures += 1
  const { files, names } = TARGETS[kind].make(new Random(`${values.seed}:${kind}:${index}`))
  console.log(
    `FAIL ${kind} ${index} (--seed ${values.seed} --kind ${kind} --only ${index}; ${names.join(', ')}): ${problem}`,
  )
  for (const [name, bytes] of Object.entries(files)) {
    const shown = bytes.subarray(0, 160)
    console.log(`  ${name}, ${bytes.length} bytes: ${shown.toString('hex')}${shown.length < bytes.length ? '…' : ''}`)
    if (values.keep === undefined) continue
    const folder = join(values.keep, `${kind}-${index}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
}

function take(/** @type {string} */ kind, /** @type {Exclude<Report, { state: 'started' }>} */ report) {
  totals.inputs += 1
  totals.ms = Math.max(totals.ms, report.ms)
  totals.growth = Math.max(totals.growth, report.growth)
  if (report.state === 'loaded' || report.state === 'refused') totals[report.state] += 1
  else fail(kind, report.index, `${report.state}: ${report.problem}`)
  if (report.code) codes.set(report.code, (codes.get(report.code) ?? 0) + 1)
  if (report.growth > MAX_GROWTH) fail(kind, report.index, `memory grew by ${(report.growth / 2 ** 20).toFixed(0)} MB`)
  if (report.ms > HANG_MS) fail(kind, report.index, `took ${report.ms.toFixed(0)} ms of processor time`)
}

/**
 * Runs inputs in a child until all are done, or one hangs or kills the child.
 * @param {string} kind @param {number} from @param {number} count
 * @returns {Promise<number>} index of the next input
 */
function runChild(kind, from, count) {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ['--expose-gc', '--max-old-space-size=512', CHILD, kind, values.seed, String(from), String(count)],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' },
    )
    let next = from
    let hung = false
    /** @type {NodeJS.Timeout | undefined} */
    let watchdog
    child.on('message', (message) => {
      const report = /** @type {Report} */ (message)
      clearTimeout(watchdog)
      if (report.state !== 'started') {
        next = report.index + 1
        take(kind, report)
      } else
        watchdog = setTimeout(() => {
          hung = true
          child.kill('SIGKILL')
        }, KILL_MS)
    })
    child.on('exit', (code, signal) => {
      clearTimeout(watchdog)
      if (next >= from + count) return resolve(next)
      totals.inputs += 1
      fail(
        kind,
        next,
        hung ? `hung: no end within ${KILL_MS} ms` : `the process ended with ${signal ?? `status ${code}`}`,
      )
      resolve(next + 1)
    })
  })
}

for (const kind of kinds) {
  const before = { ...totals }
  codes = new Map()
  const first = Number(values.only ?? 0)
  const end = values.only === undefined ? Number(values.count ?? FULL_COUNTS[kind]) : first + 1
  for (let next = first; next < end && totals.failures - before.failures < MAX_FAILURES; )
    next = await runChild(kind, next, end - next)
  const by = [...codes].sort((a, b) => b[1] - a[1]).map(([code, n]) => `${code} ${n}`)
  console.log(
    `${kind}: ${totals.inputs - before.inputs} inputs, ${totals.refused - before.refused} refused, ${totals.loaded - before.loaded} loaded, ` +
      `${totals.failures - before.failures} failures (${by.join(', ')})`,
  )
}
console.log(
  `${totals.inputs} inputs, ${totals.refused} refused, ${totals.loaded} loaded, worst memory ${(totals.growth / 2 ** 20).toFixed(0)} MB, ` +
    `slowest ${totals.ms.toFixed(0)} ms`,
)
process.exitCode = totals.failures === 0 ? 0 : 1
