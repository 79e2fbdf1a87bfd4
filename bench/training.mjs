// SAE training steps alone, without model and buffer: tokens per second by architecture and shape, beside peers, beside the encoder product
// alone, and where the time goes.
//   node bench/training.mjs [--arch topk,batchtopk] [--threads 1,2] [--shapes 768x16384x32x4096,…] [--start saelens|settled|unit] [--phases] [--product]
//     [--provider cpu] [--steps 8] [--rounds 3] [--peer "python train_saelens.py --arch {arch} --steps {steps}"]
//   node bench/training.mjs --table [--peer …]: the table of bench/README.md, minutes
// A shape is d_in x d_sae x k x batch. A peer prints a JSON line with tokens_per_s (a median) and losses (by step); it, the product and
// this take turns, `rounds` times; ratios are of medians of the same round, and of them the median counts. Built packages are needed.
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { parseProvider } from '../packages/onnx/dist/ort.js'
import { measure } from './lib/training-case.mjs'
import { productRate } from './lib/training-product.mjs'

const { values: options } = parseArgs({
  options: {
    arch: { type: 'string', default: 'topk' },
    threads: { type: 'string', default: '2' },
    /** Of the dense products. */
    provider: { type: 'string', default: 'cpu' },
    steps: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '1' },
    shapes: { type: 'string', default: '768x16384x32x4096' },
    /** See lib/training-case.mjs. */
    start: { type: 'string', default: 'saelens' },
    phases: { type: 'boolean', default: false },
    product: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
    peer: { type: 'string', multiple: true, default: [] },
  },
})

const provider = parseProvider(options.provider)

/**
 * @typedef {import('./lib/training-case.mjs').Shape} Shape
 * @typedef {import('./lib/training-case.mjs').Start} Start
 * @typedef {{ arch: string, shape: Shape, threads: number, steps: number, rounds: number, start: Start,
 *   product: boolean, peers: readonly string[] }} Row
 * @typedef {{ peer: string, tokens_per_s: number, losses: readonly number[] }} PeerResult
 */

/** @param {string} text @returns {Shape} */
function parseShape(text) {
  const [dIn, dSae, k, batch] = text.split('x').map(Number)
  if (!dIn || !dSae || !k || !batch) throw new Error(`"${text}" is not a shape: d_in x d_sae x k x batch.`)
  return { dIn, dSae, k, batch }
}

/** Of an even number of values the lower of the middle two. @param {readonly number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]

/** @param {string} text @returns {Start} */
function parseStart(text) {
  if (text === 'saelens' || text === 'settled' || text === 'unit') return text
  throw new Error(`"${text}" is not a start: saelens, settled or unit.`)
}

/** @param {string} command @param {Row} row @returns {PeerResult} */
function runPeer(command, { arch, shape, threads, steps }) {
  const filled = Object.entries({ arch, threads, steps, ...shape }).reduce(
    (text, [name, value]) => text.replaceAll(`{${name}}`, String(value)),
    command,
  )
  const lines = execFileSync('sh', ['-c', filled], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  const result = JSON.parse(lines.slice(lines.lastIndexOf('\n') + 1))
  if (typeof result.tokens_per_s !== 'number') throw new Error(`No tokens_per_s in the last line of: ${filled}`)
  return result
}

/** Turns of one row. @param {Row} row */
async function takeTurns(row) {
  const rounds = []
  for (let round = 0; round < row.rounds; round++) {
    const own = await measure(row.arch, row.shape, { ...row, provider })
    const product = row.product ? await productRate(row.shape, row.threads) : null
    const peers = row.peers.map((command) => runPeer(command, row))
    rounds.push({ own, product, peers })
    const rates = [own.median, ...(product === null ? [] : [product]), ...peers.map((result) => result.tokens_per_s)]
    console.error(`  ${row.arch} round ${round + 1}: ${rates.map((rate) => rate.toFixed(0)).join(' ')} tokens/s`)
  }
  return rounds
}

/** @param {Row} row */
async function report(row) {
  const { arch, shape, threads, start } = row
  const rounds = await takeTurns(row)
  const { own } = rounds.reduce((best, turn) => (turn.own.best > best.own.best ? turn : best))
  const parts = [
    `${arch} (${start}) ${shape.dIn} → ${shape.dSae}, k ${shape.k}, batch ${shape.batch}, ${threads} thread(s)`,
    `${median(rounds.map((turn) => turn.own.median)).toFixed(0)} tokens/s median, ${own.best.toFixed(0)} best`,
    `L0 ${own.l0.toFixed(1)}, FVU ${own.fvu.toFixed(3)}, loss ${own.loss.toFixed(3)}, ${own.way}`,
  ]
  if (row.product) {
    const rates = rounds.map(({ product }) => product ?? 0)
    const share = median(rounds.map((turn, n) => turn.own.best / rates[n]))
    parts.push(`product alone ${Math.max(...rates).toFixed(0)}, best against best ${(100 * share).toFixed(0)} %`)
  }
  row.peers.forEach((_, n) => {
    const results = rounds.map(({ peers }) => peers[n])
    const ratio = median(rounds.map((turn, round) => turn.own.median / results[round].tokens_per_s))
    const last = results[0].losses[results[0].losses.length - 1]
    const rate = median(results.map((result) => result.tokens_per_s))
    parts.push(`${results[0].peer}: ${rate}, last loss ${last} → ${ratio.toFixed(2)}×`)
  })
  console.log(parts.join(' | '))
  if (options.phases) printPhases(own.phases)
}

/** @param {Readonly<Record<string, number>>} phases */
function printPhases(phases) {
  const total = Object.values(phases).reduce((sum, ms) => sum + ms, 0)
  for (const [name, ms] of Object.entries(phases)) {
    console.log(
      `    ${name.padEnd(12)} ${ms.toFixed(1).padStart(8)} ms ${((100 * ms) / total).toFixed(1).padStart(5)} %`,
    )
  }
}

/** Rows of the table: TopK beside everything, the others beside peers that know them, growth alone. @returns {Row[]} */
function tableRows() {
  const shape = parseShape('768x16384x32x4096')
  const start = /** @type {const} */ ('saelens')
  const row = { shape, arch: 'topk', threads: 2, steps: 5, rounds: 1, start, product: false, peers: [] }
  /** Peers that take the architecture as a parameter know more than TopK. */
  const general = options.peer.filter((command) => command.includes('{arch}'))
  return [
    {
      ...row,
      start: 'unit',
      rounds: 3,
      steps: 6,
      product: true,
      peers: options.peer.filter((p) => !general.includes(p)),
    },
    ...['topk', 'batchtopk', 'standard', 'gated', 'jumprelu'].map((arch) => ({ ...row, arch, peers: general })),
    ...['standard', 'gated', 'jumprelu', 'matryoshka', 'abstopk'].map((arch) => ({
      ...row,
      arch,
      start: /** @type {const} */ ('settled'),
    })),
    ...[4096, 65536].map((dSae) => ({ ...row, shape: { ...shape, dSae } })),
    ...[512, 1024, 2048, 8192].map((batch) => ({ ...row, shape: { ...shape, batch } })),
    { ...row, threads: 1 },
  ]
}

/** @returns {Row[]} */
const askedRows = () =>
  options.shapes.split(',').flatMap((shape) =>
    options.arch.split(',').flatMap((arch) =>
      options.threads.split(',').map((threads) => ({
        arch,
        shape: parseShape(shape),
        threads: Number(threads),
        steps: Number(options.steps),
        rounds: Number(options.rounds),
        start: parseStart(options.start),
        product: options.product,
        peers: options.peer,
      })),
    ),
  )

for (const row of options.table ? tableRows() : askedRows()) await report(row)
