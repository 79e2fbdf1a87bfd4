// The SAEs that the suite trains, from states and on batches that every engine gets alike. Few features and many tokens: every feature
// repeats many times. Odd sizes: padding, unequal shards.
import type { TrainStepState } from '../../train-step.js'
import type { TrainableSae } from '../architecture.js'
import { initialParameters } from '../initialise.js'
import { trainableSae } from '../trainable.js'
import { type TrainerOptions, type TrainerState, trainerState } from '../trainer.js'

export const [D_IN, BATCH] = [21, 131]
const D_SAE = 53
export const STEPS = 10

export const TRAINER: TrainerOptions = {
  learningRate: {
    main: 'constant',
    lr: 3e-3,
    lrEnd: 1e-4,
    cycles: 1,
    warmupSteps: 3,
    decaySteps: 2,
    totalSteps: STEPS,
  },
  adam: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
  clipGradNorm: 1,
  deadWindow: 3,
}

export interface Case {
  readonly name: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly options: Partial<TrainerOptions>
}

const K = { k: 7, aux_loss_coefficient: 0.7 }
const FIELDS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  topk: { architecture: 'topk', ...K },
  'topk without rescaling and b_dec': {
    architecture: 'topk',
    ...K,
    rescale_acts_by_decoder_norm: false,
    apply_b_dec_to_input: false,
  },
  'topk without auxiliary loss': {
    architecture: 'topk',
    k: 7,
    aux_loss_coefficient: 0,
    normalize_activations: 'layer_norm',
  },
  'topk transcoder': { architecture: 'topk', ...K, d_out: 18, apply_b_dec_to_input: false },
  'topk crosscoder': { architecture: 'topk', ...K, site_widths: [8, 13] },
  abstopk: { architecture: 'abstopk', ...K },
  batchtopk: { architecture: 'batchtopk', ...K, k: 5.3, topk_threshold_lr: 0.3 },
  matryoshka: { architecture: 'matryoshka_batchtopk', ...K, matryoshka_widths: [9, 30] },
  'matryoshka with one auxiliary loss per prefix': {
    architecture: 'matryoshka_batchtopk',
    ...K,
    matryoshka_widths: [9, 30],
    use_matryoshka_aux_loss: true,
  },
  standard: { architecture: 'standard', l1_coefficient: 0.2, l1_warm_up_steps: 4 },
  'standard with p = 0.7': { architecture: 'standard', l1_coefficient: 0.2, lp_norm: 0.7 },
  'standard crosscoder': { architecture: 'standard', l1_coefficient: 0.2, site_widths: [8, 13] },
  'standard transcoder': { architecture: 'standard', l1_coefficient: 0.2, d_out: 35, apply_b_dec_to_input: false },
  'standard under constant_norm_rescale': {
    architecture: 'standard',
    l1_coefficient: 0.2,
    normalize_activations: 'constant_norm_rescale',
  },
  'standard with ghost gradients': { architecture: 'standard', l1_coefficient: 0.2, ghost_grads: true },
  'standard transcoder with ghost gradients': {
    architecture: 'standard',
    l1_coefficient: 0.2,
    ghost_grads: true,
    d_out: 35,
    apply_b_dec_to_input: false,
  },
  'jumprelu with ghost gradients': {
    architecture: 'jumprelu',
    l0_coefficient: 0.05,
    jumprelu_bandwidth: 0.4,
    ghost_grads: true,
  },
  gated: { architecture: 'gated', l1_coefficient: 0.2, l1_warm_up_steps: 4 },
  'jumprelu step': { architecture: 'jumprelu', l0_coefficient: 0.05, jumprelu_bandwidth: 0.4 },
  'jumprelu tanh with pre-activation loss': {
    architecture: 'jumprelu',
    l0_coefficient: 0.05,
    jumprelu_sparsity_loss_mode: 'tanh',
    jumprelu_bandwidth: 0.4,
    pre_act_loss_coefficient: 0.1,
    l0_warm_up_steps: 5,
  },
  'jumprelu quadratic with estimators of the input': {
    architecture: 'jumprelu',
    l0_coefficient: 0.05,
    jumprelu_sparsity_loss_mode: 'quadratic',
    target_l0: 6,
    jumprelu_ste_to_input: true,
    jumprelu_bandwidth: 0.4,
    normalize_activations: 'layer_norm',
  },
  'matching pursuit': { architecture: 'matching_pursuit', max_iterations: 4 },
}
const plain = Object.entries(FIELDS).map(([name, fields]): Case => ({ name, fields, options: {} }))
const constrained = ['topk', 'topk transcoder', 'standard', 'gated'].flatMap((name) =>
  (['unit', 'at_most_one'] as const).map((decoderNorm): Case => {
    return { name: `${name} with decoder norms ${decoderNorm}`, fields: FIELDS[name]!, options: { decoderNorm } }
  }),
)
export const CASES: readonly Case[] = [...plain, ...constrained]

/** Repeatable numbers in (−scale/2, scale/2). */
export function floats(count: number, scale: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state / 2 ** 32 - 0.5) * scale
  })
}

export interface Start {
  readonly sae: TrainableSae
  readonly state: TrainerState
  /** Batch `n` of `rows` tokens, and what it is to reconstruct where that is something else. */
  x(n: number, rows: number): Float32Array
  target(n: number, rows: number): Float32Array | undefined
}

/** Weights of ordinary size with biases, moments, and every fourth feature dead. */
export function startOf(fields: Readonly<Record<string, unknown>>): Start {
  const sae = trainableSae({ d_in: D_IN, d_sae: D_SAE, ...fields })
  const parameters = initialParameters(sae, 5)
  Object.entries(parameters).forEach(([name, array], n) => {
    const noise = floats(array.length, name.startsWith('W') ? 0.3 : 0.2, 77 + n)
    array.set(array.map((value, i) => (name === 'threshold' ? Math.abs(noise[i]!) - 0.01 : value + noise[i]!)))
  })
  const state = trainerState(sae, parameters)
  state.sinceFired.set(state.sinceFired.map((_, j) => (j % 4 === 0 ? 9 : 0)))
  const width = sae.cfg.d_out ?? D_IN
  return {
    sae,
    state,
    x: (n, rows) => floats(rows * D_IN, 3, 1000 + n),
    target: (n, rows) => (sae.cfg.d_out ? floats(rows * width, 3, 2000 + n) : undefined),
  }
}

export const copyOf = (state: TrainerState): TrainStepState => structuredClone(state) as TrainStepState
