// SAE training steps alone, without model and buffer: tokens per second by architecture and shape, beside peers, beside the encoder product
// alone, and where the time goes.
//   node bench/training.mjs [--arch topk,batchtopk] [--threads 2] [--steps 8] [--shapes 768x16384x32x4096] [--settled] [--phases]
//     [--peer "python train_saelens.py --arch {arch} ..."] [--rounds 3]
// A shape is d_in x d_sae x k x batch. Peers print one JSON line with tokens_per_s; they and this take turns, `rounds` times, and the best of
// each counts. Built packages are needed (npm run build).
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { initialState, trainableSae } from '../packages/interp/dist/index.js'
import { ShardedStep } from '../worker/dist/trainings/sharded-step/sharded-step.js'
import { productRate } from './training-product.mjs'

const { values: options } = parseArgs({
  options: {
    arch: { type: 'string', default: 'topk' },
    threads: { type: 'string', default: '2' },
    steps: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '1' },
    shapes: { type: 'string', default: '768x16384x32x4096' },
    /** Starts jumprelu, standard and gated at about k activations per token instead of half of all. */
    settled: { type: 'boolean', default: false },
    phases: { type: 'boolean', default: false },
    product: { type: 'boolean', default: false },
    peer: { type: 'string', multiple: true, default: [] },
  },
})
const threads = Number(options.threads)

/** Fields of each architecture, as SAELens has them by default. @type {Record<string, (k: number, dSae: number) => object>} */
const FIELDS = {
  topk: (k) => ({ architecture: 'topk', k }),
  abstopk: (k) => ({ architecture: 'abstopk', k }),
  batchtopk: (k) => ({ architecture: 'batchtopk', k }),
  matryoshka: (k, dSae) => ({
    architecture: 'matryoshka_batchtopk',
    k,
    matryoshka_widths: [dSae / 16, dSae / 4, dSae / 2, dSae],
  }),
  standard: () => ({ architecture: 'standard', l1_coefficient: 1 }),
  gated: () => ({ architecture: 'gated', l1_coefficient: 1 }),
  jumprelu: () => ({ architecture: 'jumprelu', l0_coefficient: 1 }),
}

const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())

/** Sparse mixtures as the peers train on: 16 of 2,048 directions per token, strengths up to 2, and noise. */
/** @param {number} dIn */
function mixtures(dIn) {
  const directions = Float32Array.from({ length: 2048 * dIn }, normal)
  for (let j = 0; j < 2048; j++) {
    const row = directions.subarray(j * dIn, (j + 1) * dIn)
    const norm = Math.hypot(...row)
    for (let i = 0; i < dIn; i++) row[i] /= norm
  }
  return (/** @type {number} */ tokens) => {
    const x = new Float32Array(tokens * dIn)
    for (let t = 0; t < tokens; t++) {
      const row = x.subarray(t * dIn, (t + 1) * dIn)
      for (let i = 0; i < dIn; i++) row[i] = 0.05 * normal()
      for (let n = 0; n < 16; n++) {
        const [from, strength] = [Math.floor(Math.random() * 2048) * dIn, Math.random() * 2]
        for (let i = 0; i < dIn; i++) row[i] += strength * directions[from + i]
      }
    }
    return x
  }
}

/**
 * Biases of a start with about k activations per token: the (1 − k / d_sae) quantile of the pre-activations.
 * @param {import('../packages/interp/dist/index.js').TrainStepState} state @param {Float32Array} x
 * @param {number} dIn @param {number} dSae @param {number} k
 */
function settle(state, x, dIn, dSae, k) {
  const { W_enc: wEnc } = state.parameters
  const pre = []
  for (let t = 0; t < 64; t++) {
    for (let j = 0; j < dSae; j += 16) {
      let sum = 0
      for (let i = 0; i < dIn; i++) sum += x[t * dIn + i] * wEnc[i * dSae + j]
      pre.push(sum)
    }
  }
  pre.sort((a, b) => b - a)
  const edge = pre[Math.floor((pre.length * k) / dSae)]
  for (const name of ['b_enc', 'b_gate', 'b_mag']) state.parameters[name]?.fill(-edge)
}

/** @typedef {readonly [dIn: number, dSae: number, k: number, batch: number]} Shape */

/** @param {string} arch @param {Shape} shape */
async function ours(arch, [dIn, dSae, k, batch]) {
  const fields = FIELDS[arch]
  if (!fields) throw new Error(`There is no architecture ${arch}; there are ${Object.keys(FIELDS).join(', ')}.`)
  const sae = trainableSae({ d_in: dIn, d_sae: dSae, ...fields(k, dSae) })
  /** @type {import('../packages/interp/dist/index.js').TrainerOptions} */
  const trainer = {
    learningRate: {
      main: 'constant',
      lr: 3e-4,
      lrEnd: 3e-4,
      warmupSteps: 0,
      decaySteps: 0,
      totalSteps: 1e9,
      cycles: 1,
    },
    adam: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
    clipGradNorm: 1,
    deadWindow: 1000,
  }
  const step = await ShardedStep.open({ sae, trainer, batchSize: batch, threads })
  try {
    const sample = mixtures(dIn)
    const state = initialState(sae, 0)
    const batches = Array.from({ length: 4 }, () => sample(batch))
    if (options.settled) settle(state, batches[0], dIn, dSae, k)
    await step.load(state)
    const times = []
    /** @type {import('../packages/interp/dist/index.js').TrainStepMetrics | undefined} */
    let last
    let phases = {}
    for (let n = 0; n < Number(options.steps); n++) {
      const began = performance.now()
      last = await step.step(batches[n % 4])
      times.push(performance.now() - began)
      if (times.at(-1) === Math.min(...times)) phases = step.phases
    }
    if (!last) throw new Error('--steps must be 3 or more')
    // The first steps grow memory and compile.
    const settled = times.slice(2).sort((a, b) => a - b)
    const median = settled[Math.floor(settled.length / 2)]
    return {
      ...{ tokens_per_s: Math.round((batch / median) * 1000), best: Math.round((batch / settled[0]) * 1000) },
      ...{ l0: last.l0, fvu: 1 - last.explainedVariance, way: step.way, phases },
    }
  } finally {
    await step.close()
  }
}

/** @param {string} command @param {string} arch @param {Shape} shape @returns {{ peer: string, tokens_per_s: number }} */
function peer(command, arch, [dIn, dSae, k, batch]) {
  const filled = Object.entries({ arch, dIn, dSae, k, batch, threads }).reduce(
    (text, [name, value]) => text.replaceAll(`{${name}}`, String(value)),
    command,
  )
  const lines = execFileSync('sh', ['-c', filled], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  return JSON.parse(lines.split('\n').at(-1) ?? '')
}

/** @typedef {{ own: Awaited<ReturnType<typeof ours>>, product: number, peers: ReturnType<typeof peer>[] }} Row */

for (const shape of options.shapes.split(',')) {
  const sizes = /** @type {[number, number, number, number]} */ (shape.split('x').map(Number))
  if (sizes.length !== 4) throw new Error(`${shape} is no shape: d_in x d_sae x k x batch`)
  for (const arch of options.arch.split(',')) {
    /** @type {Row[]} */
    const rows = []
    for (let round = 0; round < Number(options.rounds); round++) {
      const own = await ours(arch, sizes)
      const product = options.product ? await productRate(sizes[0], sizes[1], sizes[3], threads) : 0
      const peers = options.peer.map((command) => peer(command, arch, sizes))
      rows.push({ own, product, peers })
    }
    const { own } = rows.reduce((best, row) => (row.own.best > best.own.best ? row : best))
    const most = (/** @type {(row: Row) => number} */ pick) => Math.max(...rows.map(pick))
    const parts = [
      `${arch} ${shape} threads ${threads}: ${own.best} tokens/s best, ${own.tokens_per_s} median`,
      `L0 ${own.l0.toFixed(1)}, FVU ${own.fvu.toFixed(3)}, ${own.way}`,
    ]
    if (options.product) {
      const product = most((row) => row.product)
      parts.push(`product alone ${Math.round(product)} (${((100 * own.best) / product).toFixed(0)} %)`)
    }
    options.peer.forEach((_, n) => {
      const rate = most((row) => row.peers[n].tokens_per_s)
      parts.push(`${rows[0].peers[n].peer} ${rate} (${(own.best / rate).toFixed(2)}×)`)
    })
    console.log(parts.join(' | '))
    if (options.phases) {
      const total = Object.values(own.phases).reduce((sum, ms) => sum + ms, 0)
      for (const [name, ms] of Object.entries(own.phases)) {
        console.log(
          `    ${name.padEnd(12)} ${ms.toFixed(1).padStart(8)} ms ${((100 * ms) / total).toFixed(1).padStart(5)} %`,
        )
      }
    }
  }
}
