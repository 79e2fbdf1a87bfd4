// Standard SAEs (ReLU with an Lp penalty) in forms, rules and reports.
import { z } from 'zod'
import { text } from '../option-text.js'
import { BASE_OPTIONS } from '../options.js'
import { defineArchitecture, schemaOf } from './architecture.js'
import { ghosts, l1, targetL0 } from './shared.js'

export const standard = defineArchitecture({
  name: 'standard',
  label: 'Standard (L1)',
  help: 'ReLU with a penalty on activations. Simple; shrinks activations.',
  schema: schemaOf('standard', {
    /** The penalty presses on short decoder rows while they grow: rows of norm 1 and a larger rate leave half as much unexplained, or less. */
    decoderNorm: BASE_OPTIONS.decoderNorm.unwrap().default('unit'),
    learningRate: BASE_OPTIONS.learningRate.unwrap().default(4e-3),
    lpNorm: z.number().positive().max(10).default(1),
    ...l1.options,
    ...ghosts.options,
  }),
  texts: {
    lpNorm: text(
      'Sparsity',
      'p of the norm',
      'Power of the penalty’s norm: 1 is L1; below 1 presses small activations harder.',
    ),
    ...l1.texts,
  },
  onlyInPlace: null,
  sparsity: l1.sparsity,
  rules: (params, facts) => [...targetL0.rules(params, facts), ...ghosts.rules(params)],
  cfg: (params) => ({ lp_norm: params.lpNorm, ...l1.cfg(params), ghost_grads: params.revival === 'ghost_grads' }),
  brings: l1.brings,
  steeredL0: (params) => params.targetL0,
  losses: { ...l1.losses, ...ghosts.losses },
})
