// JumpReLU SAEs (Rajamanoharan et al. 2024) in forms, rules and reports.
import { z } from 'zod'
import { text } from '../option-text.js'
import { defineArchitecture, schemaOf } from './architecture.js'
import { coefficient, ghosts, l0, targetL0 } from './shared.js'

/**
 * What each sparsity loss is made for. Counting features (step, quadratic; Rajamanoharan et al. 2024b) wants a narrow window. Tanh
 * (Anthropic, January 2025) presses on activations and pulls dead features up: the usual choice, since with the narrow window most of the
 * dictionary dies while L0 is steered to its target.
 */
const BY_LOSS = {
  tanh: { bandwidth: 2, initThreshold: 0.1, preActCoefficient: 3e-6 },
  step: { bandwidth: 0.05, initThreshold: 0.01, preActCoefficient: null },
  quadratic: { bandwidth: 0.05, initThreshold: 0.01, preActCoefficient: null },
} as const
const USUAL_LOSS = 'tanh'
const usual = BY_LOSS[USUAL_LOSS]

export const jumprelu = defineArchitecture({
  name: 'jumprelu',
  label: 'JumpReLU',
  help: 'A learned threshold per feature, trained through a straight-through estimator.',
  schema: schemaOf('jumprelu', {
    bandwidth: z.number().positive().max(10).default(usual.bandwidth),
    initThreshold: z.number().min(0).max(100).default(usual.initThreshold),
    sparsityLoss: z.enum(['step', 'tanh', 'quadratic']).default(USUAL_LOSS),
    l0Coefficient: l0.options.l0Coefficient,
    l0WarmUpSteps: l0.options.l0WarmUpSteps,
    preActCoefficient: coefficient.nullable().default(usual.preActCoefficient),
    tanhScale: z.number().positive().max(1000).default(4),
    /** Without it only thresholds feel the sparsity loss, and move no faster than the learning rate lets them. */
    steToInput: z.boolean().default(true),
    targetL0: l0.options.targetL0,
    ...ghosts.options,
  }),
  texts: {
    bandwidth: text('Sparsity', 'Bandwidth', 'Width of the window around the threshold in which it gets a gradient.'),
    initThreshold: text('Start', 'Threshold', 'Threshold of every feature at the start.'),
    sparsityLoss: text(
      'Sparsity',
      'Sparsity loss',
      'Step: counts features. Tanh: of activations × decoder norm. Quadratic: distance from the target L0.',
    ),
    preActCoefficient: text(
      'Dead features',
      'Pre-activation coefficient',
      'Pulls dead features up to their threshold; empty switches it off.',
    ),
    tanhScale: text('Sparsity', 'Tanh scale', 'Steepness of the tanh loss.'),
    steToInput: text(
      'Sparsity',
      'Gradient to the encoder',
      'Lets the estimator of the threshold reach the encoder too.',
    ),
    ...l0.texts,
  },
  conditions: { tanhScale: ({ sparsityLoss }) => sparsityLoss === 'tanh' },
  onlyInPlace: null,
  sparsity: ({ targetL0: target, l0Coefficient }) =>
    target === null ? `L0 coefficient ${l0Coefficient}` : `L0 → ${target}`,
  rules: (params, facts) => [
    ...(params.sparsityLoss === 'quadratic' && params.targetL0 === null
      ? [{ option: 'targetL0' as const, message: 'The quadratic loss needs a target L0.' }]
      : []),
    ...targetL0.rules(params, facts),
    ...ghosts.rules(params),
  ],
  cfg: (params) => ({
    jumprelu_bandwidth: params.bandwidth,
    jumprelu_init_threshold: params.initThreshold,
    jumprelu_sparsity_loss_mode: params.sparsityLoss,
    jumprelu_tanh_scale: params.tanhScale,
    jumprelu_ste_to_input: params.steToInput,
    l0_coefficient: params.l0Coefficient,
    l0_warm_up_steps: params.l0WarmUpSteps,
    pre_act_loss_coefficient: params.preActCoefficient,
    target_l0: params.sparsityLoss === 'quadratic' ? params.targetL0 : null,
    ghost_grads: params.revival === 'ghost_grads',
  }),
  // A coefficient by itself stays what it is, so nothing steers it; the quadratic loss has no controller anyway.
  brings: ({ sparsityLoss, l0Coefficient }) => ({
    ...Object.entries(BY_LOSS).find(([name]) => name === sparsityLoss)?.[1],
    ...(l0Coefficient !== undefined && sparsityLoss !== 'quadratic' ? { targetL0: null } : {}),
  }),
  // The quadratic loss has its target in itself.
  steeredL0: (params) => (params.sparsityLoss === 'quadratic' ? null : params.targetL0),
  losses: {
    l0_loss: {
      label: 'L0 loss',
      definition: 'Coefficient × mean sparsity loss of the jumprelu mode (step, tanh or quadratic).',
    },
    pre_act_loss: {
      label: 'Pre-activation loss',
      definition: 'Coefficient × mean of (θ − pre-activation)₊ · ‖W_dec‖ over dead features.',
    },
    ...ghosts.losses,
  },
})
