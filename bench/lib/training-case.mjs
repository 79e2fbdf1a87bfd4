// One timed training of an architecture at a shape, by the sharded step, on synthetic activations made before the clock starts.
import { initialState, trainableSae } from '../../packages/interp/dist/saes/index.js'
import { ShardedStep } from '../../packages/sae-engine/dist/index.js'
import { mixtures } from './mixtures.mjs'

/** @typedef {{ dIn: number, dSae: number, k: number, batch: number }} Shape */
/**
 * `saelens`: its initialisation. `settled`: that with biases of about k activations per token. `unit`: a top-k SAE as sparsify starts and
 * trains it, with a linear layer's uniform encoder, its rows at norm 1 as decoder, no rescaling by norms and no clipping.
 * @typedef {'saelens' | 'settled' | 'unit'} Start
 */

/**
 * Fields of each architecture, as SAELens has them by default.
 * @type {Record<string, (shape: Shape) => Record<string, unknown>>}
 */
const FIELDS = {
  topk: ({ k }) => ({ architecture: 'topk', k }),
  abstopk: ({ k }) => ({ architecture: 'abstopk', k }),
  batchtopk: ({ k }) => ({ architecture: 'batchtopk', k }),
  matryoshka: ({ k, dSae }) => ({
    architecture: 'matryoshka_batchtopk',
    k,
    matryoshka_widths: [dSae / 16, dSae / 4, dSae / 2, dSae],
  }),
  standard: () => ({ architecture: 'standard', l1_coefficient: 1 }),
  gated: () => ({ architecture: 'gated', l1_coefficient: 1 }),
  jumprelu: () => ({ architecture: 'jumprelu', l0_coefficient: 1 }),
}

/** Constant learning rate and Adam as the peers have them; SAELens clips gradients at 1. */
const TRAINER = {
  learningRate: {
    main: /** @type {const} */ ('constant'),
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

/** Steps that grow memory and compile code, not counted. */
const WARM_UP = 2

/**
 * Rates are of single steps. `loss` and `fvu` are those of the last step, before its update; `phases` milliseconds of the fastest step.
 * @param {string} arch
 * @param {Shape} shape
 * @param {{ threads: number, steps: number, start: Start, provider: import('../../packages/onnx/dist/ort.js').Provider }} options
 */
export async function measure(arch, shape, { threads, steps, start, provider }) {
  const fields = FIELDS[arch]
  if (!fields) throw new Error(`No architecture "${arch}": one of ${Object.keys(FIELDS).join(', ')}.`)
  const rescale = start === 'unit' ? { rescale_acts_by_decoder_norm: false } : {}
  const sae = trainableSae({ d_in: shape.dIn, d_sae: shape.dSae, ...fields(shape), ...rescale })
  const trainer = start === 'unit' ? { ...TRAINER, clipGradNorm: Number.POSITIVE_INFINITY } : TRAINER
  const step = await ShardedStep.open({ sae, trainer, batchSize: shape.batch, threads, provider })
  try {
    const sample = mixtures(shape.dIn)
    const state = initialState(sae, 0)
    const batches = Array.from({ length: steps }, () => sample(shape.batch))
    if (start === 'settled') settle(state.parameters, batches[0], shape)
    if (start === 'unit') unitDecoder(state.parameters, shape)
    await step.load(state)
    const runs = []
    for (const batch of batches) {
      const began = performance.now()
      const metrics = await step.step(batch)
      runs.push({ ms: performance.now() - began, metrics, phases: step.phases })
    }
    const counted = runs.slice(WARM_UP).sort((a, b) => a.ms - b.ms)
    const [best, median] = [counted[0], counted[Math.floor(counted.length / 2)]]
    const { metrics } = runs[runs.length - 1]
    return {
      best: (shape.batch / best.ms) * 1000,
      median: (shape.batch / median.ms) * 1000,
      phases: best.phases,
      l0: metrics.l0,
      fvu: 1 - metrics.explainedVariance,
      loss: metrics.loss,
      way: step.way,
    }
  } finally {
    await step.close()
  }
}

/**
 * Biases of a start with about k activations per token: the (1 − k / d_sae) quantile of pre-activations of 64 tokens, every 16th feature.
 * @param {Readonly<Record<string, Float32Array>>} parameters
 * @param {Float32Array} x
 * @param {Shape} shape
 */
function settle(parameters, x, { dIn, dSae, k }) {
  const wEnc = parameters['W_enc']
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
  for (const name of ['b_enc', 'b_gate', 'b_mag']) parameters[name]?.fill(-edge)
}

/**
 * @param {Readonly<Record<string, Float32Array>>} parameters
 * @param {Shape} shape
 */
function unitDecoder(parameters, { dIn, dSae }) {
  const { W_enc: wEnc, W_dec: wDec } = parameters
  const bound = 1 / Math.sqrt(dIn)
  for (let j = 0; j < dSae; j++) {
    const row = Float32Array.from({ length: dIn }, () => (2 * Math.random() - 1) * bound)
    const norm = Math.hypot(...row)
    for (let i = 0; i < dIn; i++) {
      wEnc[i * dSae + j] = row[i]
      wDec[j * dIn + i] = row[i] / norm
    }
  }
}
