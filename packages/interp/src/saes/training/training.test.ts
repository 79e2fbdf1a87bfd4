// The trainer around the architectures: starting weights, whole runs, continuing from a state, export and folding.
import { createOrtRuntime } from '@mistudio/onnx/ort'
import { describe, expect, it } from 'vitest'
import { Sae } from '../sae.js'
import { denseCode } from '../sparse.js'
import { distance, largest } from '../testing.js'
import { initialParameters } from './initialise.js'
import { symmetricEigen } from './math/eigen.js'
import { ReferenceTrainStep } from './reference-step.js'
import { type ExportedSae, exportForInference } from './saving/export.js'
import { foldScaler } from './saving/fold.js'
import { expectedAverageScaler, scaled, whiteningScaler } from './scaler.js'
import { trainableSae } from './trainable.js'
import type { TrainerOptions } from './trainer.js'

const [D_IN, D_SAE, TOKENS] = [8, 24, 64]
const runtime = createOrtRuntime({ threads: 1 })

const options = (steps: number): TrainerOptions => ({
  learningRate: {
    main: 'constant',
    lr: 0.01,
    lrEnd: 0.001,
    cycles: 1,
    warmupSteps: 2,
    decaySteps: 2,
    totalSteps: steps,
  },
  adam: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
  clipGradNorm: 1,
  deadWindow: 3,
})

/** Deterministic numbers with a mean, so that normalisation matters. */
function data(count: number, width: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length: count * width }, (_, at) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state / 2 ** 31 - 1) * (1 + (at % width)) + 0.2 * (at % width)
  })
}

const source = (sae: ExportedSae) => ({
  names: () => Object.keys(sae.tensors),
  info: (name: string) => ({ dtype: 'F32', shape: sae.tensors[name]!.shape }),
  float32: async (name: string) => sae.tensors[name]!.data,
})

const K = { k: 4, aux_loss_coefficient: 0.5 }
const LAYER_NORM = { normalize_activations: 'layer_norm' }
const ARCHITECTURES: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['standard', { architecture: 'standard', l1_coefficient: 0.1 }, 'standard'],
  ['gated', { architecture: 'gated', l1_coefficient: 0.1 }, 'gated'],
  ['jumprelu', { architecture: 'jumprelu', l0_coefficient: 0.1, jumprelu_bandwidth: 0.3 }, 'jumprelu'],
  ['topk', { architecture: 'topk', ...K }, 'topk'],
  ['abstopk', { architecture: 'abstopk', ...K }, 'abstopk'],
  ['batchtopk', { architecture: 'batchtopk', ...K, topk_threshold_lr: 0.5 }, 'jumprelu'],
  ['matryoshka', { architecture: 'matryoshka_batchtopk', ...K, matryoshka_widths: [6, 12] }, 'jumprelu'],
  ['matching pursuit', { architecture: 'matching_pursuit', max_iterations: 4 }, 'matching_pursuit'],
  ['skip SAE', { architecture: 'standard', l1_coefficient: 0.1, skip_connection: true }, 'skip_transcoder'],
  ['gated skip SAE', { architecture: 'gated', l1_coefficient: 0.1, skip_connection: true }, 'gated_skip_transcoder'],
  ['topk skip SAE', { architecture: 'topk', ...K, skip_connection: true }, 'topk_skip_transcoder'],
  ['transcoder', { architecture: 'standard', d_out: 5, apply_b_dec_to_input: false }, 'transcoder'],
  ['jumprelu transcoder', { architecture: 'jumprelu', d_out: 5, apply_b_dec_to_input: false }, 'jumprelu_transcoder'],
  [
    'topk skip transcoder',
    { architecture: 'topk', ...K, d_out: 5, apply_b_dec_to_input: false, skip_connection: true },
    'topk_skip_transcoder',
  ],
  ['skip SAE, layer_norm', { architecture: 'standard', skip_connection: true, ...LAYER_NORM }, 'skip_transcoder'],
  [
    'skip SAE, constant_norm_rescale',
    { architecture: 'gated', skip_connection: true, normalize_activations: 'constant_norm_rescale' },
    'gated_skip_transcoder',
  ],
  [
    'transcoder, layer_norm',
    { architecture: 'standard', d_out: 5, apply_b_dec_to_input: false, ...LAYER_NORM },
    'transcoder',
  ],
  [
    'topk transcoder, layer_norm',
    { architecture: 'topk', k: 4, aux_loss_coefficient: 0, d_out: 5, apply_b_dec_to_input: false, ...LAYER_NORM },
    'topk_transcoder',
  ],
  [
    'matching pursuit, layer_norm',
    { architecture: 'matching_pursuit', max_iterations: 4, ...LAYER_NORM },
    'matching_pursuit',
  ],
  ['gated, layer_norm', { architecture: 'gated', l1_coefficient: 0.1, ...LAYER_NORM }, 'gated'],
  ['batchtopk crosscoder', { architecture: 'batchtopk', ...K, site_widths: [3, 5] }, 'jumprelu_crosscoder'],
  ['topk crosscoder', { architecture: 'topk', ...K, site_widths: [3, 5] }, 'topk_crosscoder'],
]

describe.each(ARCHITECTURES)('%s', (_, fields, exportedAs) => {
  const cfg = { d_in: D_IN, d_sae: D_SAE, ...fields }
  const sae = trainableSae(cfg)
  const x = (t: number) => data(TOKENS, D_IN, t + 1)
  const target = (t: number) => (sae.cfg.d_out ? data(TOKENS, sae.cfg.d_out, 100 + t) : x(t))

  it('learns, and goes on from a saved state with the same bits', async () => {
    const whole = new ReferenceTrainStep(sae, options(24), initialParameters(sae, 7))
    const first = await whole.step(x(0), target(0))
    for (let t = 1; t < 24; t++) await whole.step(x(t % 4), target(t % 4))
    const parts = new ReferenceTrainStep(sae, options(24), initialParameters(sae, 7))
    for (let t = 0; t < 10; t++) await parts.step(x(t % 4), target(t % 4))
    const rest = new ReferenceTrainStep(sae, options(24), initialParameters(sae, 8))
    await rest.load(await parts.read())
    for (let t = 10; t < 24; t++) await rest.step(x(t % 4), target(t % 4))
    expect(await rest.read()).toEqual(await whole.read())
    const last = await whole.step(x(0), target(0))
    expect(last.losses['mse_loss']).toBeLessThan(first.losses['mse_loss']! * 0.99)
  })

  it('exports to a file that opens and computes what the training computed', async () => {
    const step = new ReferenceTrainStep(sae, options(6), initialParameters(sae, 7))
    for (let t = 0; t < 6; t++) await step.step(x(t), target(t))
    const { parameters, topkThreshold } = await step.read()
    const exported = exportForInference(cfg, parameters, topkThreshold)
    expect(exported.cfg.architecture).toBe(exportedAs)
    const opened = await Sae.load(exported.cfg, source(exported), runtime)
    const code = await opened.encode(x(0), TOKENS)
    const acts = denseCode(code, D_SAE)
    sae.prepare(parameters)
    const pass = sae.pass(parameters, {
      tokens: TOKENS,
      x: x(0),
      target: target(0),
      dead: new Uint8Array(D_SAE),
      coefficients: {},
    })
    if (topkThreshold > 0) {
      // A threshold takes the place of the selection in the batch: every activation above it stays, exactly.
      const kept = pass.acts.map((value) => (value > topkThreshold ? value : 0))
      const shared = kept.map((value, at) => (value > 0 ? acts[at]! : 0))
      expect(distance(shared, kept)).toBeLessThan(1e-5 * largest(kept))
    } else {
      expect(distance(acts, pass.acts)).toBeLessThan(1e-5 * largest(pass.acts))
      expect(distance(opened.reconstruct(x(0), code), pass.out)).toBeLessThan(1e-5 * largest(pass.out))
    }
    await opened.release()
  })
})

describe('normalisation of batches', () => {
  const x = data(200, D_IN, 3)

  it.each([
    ['expected average', expectedAverageScaler(x, D_IN), true],
    ['expected average, b_dec not on the input', expectedAverageScaler(x, D_IN), false],
    ['whitening', whiteningScaler(x, D_IN), true],
    ['whitening, b_dec not on the input', whiteningScaler(x, D_IN), false],
  ] as const)('%s folds into the weights', (_, scaler, applyBDec) => {
    for (const architecture of ['standard', 'gated']) {
      const sae = trainableSae({ d_in: D_IN, d_sae: D_SAE, architecture, apply_b_dec_to_input: applyBDec })
      const parameters = initialParameters(sae, 1, { bDec: data(1, D_IN, 9) })
      const batch = (input: Float32Array) => ({
        tokens: 200,
        x: input,
        target: input,
        dead: new Uint8Array(D_SAE),
        coefficients: {},
      })
      const inside = sae.pass(parameters, batch(scaled(scaler, x)))
      foldScaler(scaler, parameters, { architecture, dIn: D_IN, dSae: D_SAE, applyBDec, rescale: false })
      const folded = sae.pass(parameters, batch(x))
      expect(distance(folded.acts, inside.acts)).toBeLessThan(1e-4 * largest(inside.acts))
      expect(distance(scaled(scaler, Float32Array.from(folded.out)), inside.out)).toBeLessThan(
        1e-4 * largest(inside.out),
      )
    }
  })

  it('of a matching-pursuit SAE scales thresholds, never the rows that encode and decode', () => {
    for (const applyBDec of [true, false]) {
      const scale = expectedAverageScaler(x, D_IN)
      const trained = { architecture: 'matching_pursuit', d_in: D_IN, d_sae: D_SAE, apply_b_dec_to_input: applyBDec }
      const stop = { max_iterations: 5, residual_threshold: 0.4 }
      const inside = trainableSae({ ...trained, ...stop })
      const parameters = initialParameters(inside, 1, { bDec: data(1, D_IN, 9) })
      const batch = (input: Float32Array) => ({
        tokens: 200,
        x: input,
        target: input,
        dead: new Uint8Array(D_SAE),
        coefficients: {},
      })
      const wanted = inside.pass(parameters, batch(scaled(scale, x)))
      const options = { architecture: 'matching_pursuit', dIn: D_IN, dSae: D_SAE, applyBDec, rescale: false }
      const { thresholdFactor } = foldScaler(scale, parameters, options)
      const outside = trainableSae({ ...trained, ...stop, residual_threshold: 0.4 * thresholdFactor })
      const folded = outside.pass(parameters, batch(x))
      expect(distance(scaled(scale, Float32Array.from(folded.acts)), wanted.acts)).toBeLessThan(
        1e-4 * largest(wanted.acts),
      )
      expect(distance(scaled(scale, Float32Array.from(folded.out)), wanted.out)).toBeLessThan(
        1e-4 * largest(wanted.out),
      )
    }
  })

  it('whitened activations have no mean and unit covariance', () => {
    const white = scaled(whiteningScaler(x, D_IN), x)
    for (let i = 0; i < D_IN; i++) {
      for (let j = 0; j < D_IN; j++) {
        let sum = 0
        for (let t = 0; t < 200; t++) sum += (white[t * D_IN + i]! * white[t * D_IN + j]!) / 199
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 2)
      }
    }
  })
})

describe('starting weights', () => {
  it('rows have the norm asked for, the encoder is the transpose, thresholds and biases are as configured', () => {
    const sae = trainableSae({
      d_in: D_IN,
      d_sae: D_SAE,
      architecture: 'jumprelu',
      decoder_init_norm: 0.3,
      jumprelu_init_threshold: 0.02,
    })
    const p = initialParameters(sae, 5)
    for (let j = 0; j < D_SAE; j++) {
      expect(Math.hypot(...p['W_dec']!.subarray(j * D_IN, (j + 1) * D_IN))).toBeCloseTo(0.3, 6)
      for (let i = 0; i < D_IN; i++) expect(p['W_enc']![i * D_SAE + j]).toBe(p['W_dec']![j * D_IN + i])
    }
    expect(new Set(p['threshold'])).toEqual(new Set([Math.fround(0.02)]))
    expect(largest(p['b_enc']!)).toBe(0)
    expect(initialParameters(sae, 5)).toEqual(p)
    expect(initialParameters(sae, 6)['W_dec']).not.toEqual(p['W_dec'])
  })
})

it('eigenvalues and vectors give the matrix back', () => {
  const n = 9
  const a = data(n, n, 2)
  const matrix = Float64Array.from({ length: n * n }, (_, at) => a[at]! + a[(at % n) * n + Math.floor(at / n)]!)
  const { values, vectors } = symmetricEigen(matrix)
  const back = matrix.map((_, at) => {
    let sum = 0
    for (let k = 0; k < n; k++) sum += vectors[Math.floor(at / n) * n + k]! * values[k]! * vectors[(at % n) * n + k]!
    return sum
  })
  expect(distance(back, matrix)).toBeLessThan(1e-12 * largest(matrix))
  expect([...values]).toEqual([...values].sort((p, q) => p - q))
})
