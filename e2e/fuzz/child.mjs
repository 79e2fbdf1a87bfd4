// The process that reads mutated files. It reports every input by itself, so that its parent knows at which one it hung or died.
//   node --expose-gc child.mjs KIND SEED FROM COUNT
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@mistudio/contracts'
import { FormatError } from '@mistudio/formats'
import { ModelError } from '@mistudio/interp/models'
import { OnnxError } from '@mistudio/onnx'
import { Random } from './random.mjs'
import { TARGETS } from './targets/index.mjs'

/** `ms` is processor time of all threads: what else the machine does must not count. */
/** @typedef {{ index: number, state: 'started' } | { index: number, state: 'refused' | 'loaded' | 'wrong' | 'crashed', code?: string, problem?: string, ms: number, growth: number }} Report */

/** A refusal is read by a person; a longer one has copied the file into its text. */
const MAX_MESSAGE = 10_000
/** Resident memory above which the garbage of earlier inputs is cleared away before the next is measured. Bytes. */
const TIDY_ABOVE = 300 * 2 ** 20

const [kind, seed, from, count] = process.argv.slice(2)
const target = TARGETS[kind]
const folder = mkdtempSync(join(tmpdir(), 'mistudio-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

// The tokenizer library warns of what it does not know before it refuses it; thousands of such lines say nothing here.
console.warn = () => {}

const send = (/** @type {Report} */ report) => process.send?.(report)
/** Largest resident size so far, bytes. */
const peak = () => process.resourceUsage().maxRSS * 1024

/** Forgets the largest resident size, so that a large input does not hide the next one. Linux only; elsewhere the largest so far counts. */
function resetPeak() {
  try {
    writeFileSync('/proc/self/clear_refs', '5')
  } catch (error) {
    if (process.platform === 'linux') throw error
  }
}

/** @param {unknown} error */
function judge(error) {
  if (error instanceof assert.AssertionError) return { state: /** @type {const} */ ('wrong'), problem: error.message }
  const formats = error instanceof FormatError || error instanceof OnnxError
  const typed = formats || error instanceof AppError || error instanceof ModelError
  if (!typed)
    return {
      state: /** @type {const} */ ('crashed'),
      problem: error instanceof Error ? String(error.stack) : String(error),
    }
  if (error.message.length > MAX_MESSAGE)
    return {
      state: /** @type {const} */ ('wrong'),
      problem: `${error.code} with a message of ${error.message.length} characters`,
    }
  return { state: /** @type {const} */ ('refused'), code: error.code }
}

/** Reads an input and measures that, checks not included. @param {import('./targets/index.mjs').Input} input */
async function outcome({ files, mustLoad }) {
  resetPeak()
  const [before, peakBefore] = [process.memoryUsage.rss(), peak()]
  const start = process.cpuUsage()
  const measure = () => {
    const { user, system } = process.cpuUsage(start)
    const reached = peak() > peakBefore ? peak() : process.memoryUsage.rss()
    return { ms: (user + system) / 1000, growth: Math.max(0, reached - before) }
  }
  let cost
  try {
    const check = await target.read(folder, files)
    cost = measure()
    await check?.()
    return { state: /** @type {const} */ ('loaded'), ...cost }
  } catch (error) {
    cost ??= measure()
    const judged = judge(error)
    if (!mustLoad || judged.state !== 'refused') return { ...judged, ...cost }
    const problem = `a correct file was refused: ${/** @type {Error} */ (error).message}`
    return { state: /** @type {const} */ ('wrong'), problem, ...cost }
  }
}

for (let index = Number(from); index < Number(from) + Number(count); index++) {
  const input = target.make(new Random(`${seed}:${kind}:${index}`))
  for (const [name, bytes] of Object.entries(input.files)) writeFileSync(join(folder, name), bytes)
  if (process.memoryUsage.rss() > TIDY_ABOVE) globalThis.gc?.()
  send({ index, state: 'started' })
  send({ index, ...(await outcome(input)) })
}
process.disconnect?.()
