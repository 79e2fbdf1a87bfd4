// node bench/coverage.mjs [--texts 2000] [--seed 1]
// How often the 95 % interval of a figure holds the figure's true value, over many texts drawn from one law: documents of very unequal
// length, each with its own difficulty, cut into contexts. Beside it the same with contexts left out instead of documents. Exit status 1
// when an interval over documents holds the truth in less than 93 % or more than 97 % of the texts.
import { parseArgs } from 'node:util'
import { estimatesOf, leaveOutUnits, SumsByUnit } from '@mistudio/interp/saes'

const { values } = parseArgs({
  options: { texts: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } },
})
const [TEXTS, SEED] = [Number(values.texts), Number(values.seed)]
/** Tokens of a context, width of the activations, features of the dictionary. */
const [SEQ, WIDTH, D_SAE] = [32, 4, 8]

/** @typedef {() => number} Random */
/** @typedef {'document' | 'context'} Unit */
/** What a text is made of: one entry per token. @typedef {{ document: number[], active: number[], error: number[], x: number[][], clean: number[], spliced: number[], zero: number[] }} Rows */

/** Uniform numbers in (0, 1): mulberry32. @param {number} seed @returns {Random} */
function uniform(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296
  }
}
const normal = (/** @type {Random} */ random) => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())

/** One text of `documents` documents as the sums of its units. @param {Random} random @param {number} documents @param {Unit} by */
function text(random, documents, by) {
  /** @type {Rows} */
  const rows = { document: [], active: [], error: [], x: [], clean: [], spliced: [], zero: [] }
  for (let document = 0; document < documents; document++) {
    // Log-normal lengths, about six contexts in the mean; two traits that all tokens of the document share.
    const length = Math.max(8, Math.round(150 * Math.exp(0.6 * normal(random))))
    const [hard, dense] = [0.5 * normal(random), 0.4 * normal(random)]
    const centre = Array.from({ length: WIDTH }, () => 0.7 * normal(random))
    for (let t = 0; t < length; t++) {
      rows.document.push(document)
      rows.active.push(Math.max(0, Math.min(D_SAE, Math.round(4 * Math.exp(dense) + normal(random)))))
      rows.error.push(0.5 * Math.exp(0.5 * hard))
      rows.x.push(centre.map((value) => value + normal(random)))
      const clean = 3 + hard + normal(random)
      rows.clean.push(clean)
      rows.spliced.push(clean + 0.4 * Math.exp(0.5 * hard) + 0.2 * normal(random))
      rows.zero.push(clean + 4 * Math.exp(0.2 * dense) + 0.5 * normal(random))
    }
  }
  return sumsOf(rows, random, by)
}

/** @param {Rows} rows @param {Random} random @param {Unit} by */
function sumsOf(rows, random, by) {
  const contexts = Math.floor(rows.x.length / SEQ)
  const count = contexts * SEQ
  const x = Float32Array.from(rows.x.slice(0, count).flat())
  const reconstruction = x.map((value, i) => value + rows.error[Math.floor(i / WIDTH)] * normal(random))
  const code = { k: D_SAE, values: new Float32Array(count * D_SAE), indices: new Int32Array(count * D_SAE) }
  for (let row = 0; row < count; row++) code.values.fill(1, row * D_SAE, row * D_SAE + rows.active[row])
  const losses = (/** @type {'clean' | 'spliced' | 'zero'} */ name) =>
    Float32Array.from(rows[name].slice(0, count).filter((_, row) => row % SEQ < SEQ - 1))
  const named = Int32Array.from({ length: count }, (_, row) =>
    by === 'document' ? rows.document[row] : Math.floor(row / SEQ),
  )
  const batch = {
    batch: contexts,
    seq: SEQ,
    x,
    target: x,
    reconstruction,
    code,
    counted: () => true,
    units: leaveOutUnits([named]).units[0],
  }
  const sums = new SumsByUnit(WIDTH)
  sums.addReconstruction(batch)
  const spliced = losses('spliced')
  sums.addLosses(batch, { clean: losses('clean'), spliced, splicedEverywhere: spliced, zero: losses('zero') })
  sums.addDivergence(
    batch,
    Float32Array.from({ length: count }, (_, row) => 0.4 * rows.error[row]),
  )
  return sums.result()
}

const FIGURES = /** @type {const} */ (['l0', 'fvu', 'ceClean', 'ceSae', 'ceRecovered', 'kl'])
/** A value for each figure. @typedef {Record<typeof FIGURES[number], number>} Values */
/** @param {(name: typeof FIGURES[number]) => number} of @returns {Values} */
const each = (of) => /** @type {Values} */ (Object.fromEntries(FIGURES.map((name) => [name, of(name)])))

/** Mean of figures over texts of so many documents. @param {number} texts @param {number} documents */
const meanOver = (texts, documents) => {
  const estimates = Array.from({ length: texts }, (_, n) =>
    estimatesOf(text(uniform(9_000_000 + n), documents, 'document')),
  )
  return each((name) => estimates.reduce((sum, one) => sum + one[name].value, 0) / estimates.length)
}

/** The figures over so much text that what is left of chance is far below the intervals. */
const whole = meanOver(40, 400)

let good = true
console.log(`${TEXTS} texts each, seed ${SEED}; documents of about six contexts\n`)
console.log(`| documents | left out | ${FIGURES.join(' | ')} |`)
console.log(`|---|---|${FIGURES.map(() => '---').join('|')}|`)
for (const documents of [12, 30, 80]) {
  for (const by of /** @type {const} */ (['document', 'context'])) {
    const held = each(() => 0)
    let given = 0
    for (let n = 0; n < TEXTS; n++) {
      const estimates = estimatesOf(text(uniform(SEED * 1_000_003 + n), documents, by))
      if (estimates.l0.low === null) continue
      given++
      for (const name of FIGURES) {
        const { low, high } = estimates[name]
        if (low !== null && high !== null && low <= whole[name] && whole[name] <= high) held[name]++
      }
    }
    const shares = FIGURES.map((name) => (100 * held[name]) / given)
    if (by === 'document') good &&= shares.every((share) => share >= 93 && share <= 97)
    console.log(`| ${documents} | ${by}s | ${shares.map((share) => `${share.toFixed(1)} %`).join(' | ')} |`)
  }
}
console.log(
  good
    ? '\nEvery interval over documents holds the truth in 93 to 97 %.'
    : '\nNot every interval over documents holds the truth in 93 to 97 %.',
)
process.exitCode = good ? 0 : 1
