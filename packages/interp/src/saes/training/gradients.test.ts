// Gradients of every loss of every architecture against central finite differences in float64, on random small problems.
import { describe, expect, it } from 'vitest'
import type { TrainableSae, TrainingBatch } from './architecture.js'
import { trainableSae } from './trainable.js'

const TOKENS = 7
const SIZES = { d_in: 6, d_sae: 10 }
const H = 1e-6

/** Deterministic numbers in (−1, 1). */
function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
}

function problem(cfg: Record<string, unknown>, seed: number) {
  const sae = trainableSae({ ...SIZES, ...cfg })
  const next = noise(seed)
  const random = (count: number, scale: number) => Float64Array.from({ length: count }, () => scale * next())
  const parameters = Object.fromEntries(
    Object.entries(sae.parameters).map(([name, shape]) => [
      name,
      random(
        shape.reduce((n, size) => n * size, 1),
        name.startsWith('W_') ? 0.6 : 0.3,
      ),
    ]),
  )
  if (parameters['threshold']) parameters['threshold'] = parameters['threshold'].map((v) => Math.abs(v) + 0.05)
  const x = random(TOKENS * sae.cfg.d_in, 1.5)
  const { d_out: dOut } = sae.cfg
  const batch: TrainingBatch = {
    tokens: TOKENS,
    x,
    target: dOut ? random(TOKENS * dOut, 1) : x,
    dead: Uint8Array.from({ length: SIZES.d_sae }, (_, j) => (j % 3 === 0 ? 1 : 0)),
    coefficients: { l1: 0.3, l0: 0.2 },
  }
  return { sae, parameters, batch }
}

function differences(
  sae: TrainableSae,
  parameters: Record<string, Float64Array>,
  batch: TrainingBatch,
  skipped: readonly string[],
) {
  const pass = sae.pass(parameters, batch)
  const gradients = pass.gradients()
  const loss = () =>
    Object.values(sae.pass(parameters, { ...batch, held: pass.held }).losses).reduce((sum, value) => sum + value, 0)
  const found: Record<string, number> = {}
  for (const [name, values] of Object.entries(parameters)) {
    if (skipped.includes(name)) continue
    for (let i = 0; i < values.length; i++) {
      const kept = values[i]!
      values[i] = kept + H
      const up = loss()
      values[i] = kept - H
      const slope = (up - loss()) / (2 * H)
      values[i] = kept
      found[name] = Math.max(found[name] ?? 0, Math.abs(slope - gradients[name]![i]!))
    }
  }
  return { found, gradients }
}

const TOPK = { k: 3, aux_loss_coefficient: 0.7 }
const JUMP = { architecture: 'jumprelu', jumprelu_bandwidth: 0.3 }
const CROSSCODER = { site_widths: [2, 4] }
const TRANSCODER = { d_out: 5, apply_b_dec_to_input: false }

const CASES: readonly (readonly [string, Record<string, unknown>])[] = [
  ['standard', { architecture: 'standard' }],
  ['standard, p = 2', { architecture: 'standard', lp_norm: 2 }],
  ['standard, p = 1/2', { architecture: 'standard', lp_norm: 0.5, apply_b_dec_to_input: false }],
  ['standard, layer norm', { architecture: 'standard', normalize_activations: 'layer_norm' }],
  ['standard, norm rescale', { architecture: 'standard', normalize_activations: 'constant_norm_rescale' }],
  ['standard skip', { architecture: 'standard', skip_connection: true }],
  ['standard transcoder', { architecture: 'standard', ...TRANSCODER }],
  ['standard crosscoder', { architecture: 'standard', ...CROSSCODER }],
  ['standard with ghost gradients', { architecture: 'standard', ghost_grads: true }],
  ['standard transcoder with ghost gradients', { architecture: 'standard', ...TRANSCODER, ghost_grads: true }],
  ['gated', { architecture: 'gated' }],
  ['gated, layer norm', { architecture: 'gated', normalize_activations: 'layer_norm' }],
  ['gated skip transcoder', { architecture: 'gated', ...TRANSCODER, skip_connection: true }],
  ['gated crosscoder', { architecture: 'gated', ...CROSSCODER }],
  ['jumprelu step', JUMP],
  ['jumprelu quadratic', { ...JUMP, jumprelu_sparsity_loss_mode: 'quadratic', target_l0: 4 }],
  ['jumprelu tanh', { ...JUMP, jumprelu_sparsity_loss_mode: 'tanh', pre_act_loss_coefficient: 0.4 }],
  ['jumprelu tanh crosscoder', { ...JUMP, jumprelu_sparsity_loss_mode: 'tanh', ...CROSSCODER }],
  ['jumprelu skip transcoder', { ...JUMP, ...TRANSCODER, skip_connection: true }],
  ['jumprelu step with ghost gradients', { ...JUMP, ghost_grads: true }],
  ['topk', { architecture: 'topk', ...TOPK }],
  ['topk, no rescaling', { architecture: 'topk', ...TOPK, rescale_acts_by_decoder_norm: false }],
  ['topk skip transcoder', { architecture: 'topk', ...TOPK, ...TRANSCODER, skip_connection: true }],
  ['abstopk', { architecture: 'abstopk', ...TOPK }],
  ['batchtopk', { architecture: 'batchtopk', ...TOPK, k: 2.5 }],
  ['batchtopk crosscoder', { architecture: 'batchtopk', ...TOPK, ...CROSSCODER }],
  ['matryoshka', { architecture: 'matryoshka_batchtopk', ...TOPK, matryoshka_widths: [3, 6] }],
  [
    'matryoshka, own auxiliary losses, skip',
    {
      architecture: 'matryoshka_batchtopk',
      ...TOPK,
      matryoshka_widths: [3, 6],
      use_matryoshka_aux_loss: true,
      skip_connection: true,
    },
  ],
  ['matching pursuit', { architecture: 'matching_pursuit', max_iterations: 9, stop_on_duplicate_support: false }],
  ['matching pursuit, no b_dec', { architecture: 'matching_pursuit', apply_b_dec_to_input: false }],
]

describe.each(CASES)('%s', (_, cfg) => {
  // Straight-through estimators are no derivatives of the loss with respect to thresholds.
  const skipped = cfg['architecture'] === 'jumprelu' ? ['threshold'] : []

  it.each([3, 4])('has the gradients of its losses (problem %i)', (seed) => {
    const { sae, parameters, batch } = problem(cfg, seed)
    const { found, gradients } = differences(sae, parameters, batch, skipped)
    for (const [name, difference] of Object.entries(found)) expect(difference, name).toBeLessThan(2e-7)
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(sae.parameters).sort())
  })
})

it('matching pursuit takes a feature again, and its gradients add up', () => {
  const cfg = { architecture: 'matching_pursuit', max_iterations: 12, stop_on_duplicate_support: false }
  const { sae, parameters, batch } = problem(cfg, 5)
  const one = sae.pass(parameters, batch)
  // More iterations than features that fired: some were chosen more than once.
  for (let t = 0; t < TOKENS; t++) {
    expect(one.acts.subarray(t * 10, (t + 1) * 10).filter((value) => value !== 0).length).toBeLessThan(12)
  }
  const { found } = differences(sae, parameters, batch, [])
  for (const difference of Object.values(found)) expect(difference).toBeLessThan(2e-7)
})

describe('what cannot be trained is refused by name', () => {
  it.each([
    ['an unknown architecture', { architecture: 'relu' }, 'relu'],
    ['a transcoder that subtracts b_dec', { architecture: 'topk', ...TOPK, d_out: 5 }, 'apply_b_dec_to_input'],
    ['sites that do not add up', { architecture: 'standard', site_widths: [2, 3] }, 'site_widths'],
    [
      'an auxiliary loss under layer norm',
      { architecture: 'topk', ...TOPK, normalize_activations: 'layer_norm' },
      'aux_loss',
    ],
    [
      'ghost gradients under layer norm',
      { architecture: 'standard', ghost_grads: true, normalize_activations: 'layer_norm' },
      'ghost_grads',
    ],
    ['a quadratic loss without target', { ...JUMP, jumprelu_sparsity_loss_mode: 'quadratic' }, 'target_l0'],
    ['a matching-pursuit transcoder', { architecture: 'matching_pursuit', ...TRANSCODER }, 'transcoder'],
  ])('%s', (_, cfg, word) => {
    expect(() => trainableSae({ ...SIZES, ...cfg })).toThrow(word)
  })
})
