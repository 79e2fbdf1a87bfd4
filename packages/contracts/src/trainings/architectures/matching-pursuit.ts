// Matching-pursuit SAEs (Costa et al. 2025) in forms, rules and reports.
import { z } from 'zod'
import { text } from '../option-text.js'
import { BASE_OPTIONS } from '../options.js'
import { defineArchitecture, schemaOf } from './architecture.js'
import { USUAL_L0 } from './shared.js'

export const matchingPursuit = defineArchitecture({
  name: 'matching_pursuit',
  label: 'Matching pursuit',
  help: 'Features taken greedily from the decoder; no encoder of its own. Slow.',
  schema: schemaOf('matching_pursuit', {
    residualThreshold: z.number().min(0).max(1e6).default(0.01),
    /** Most features per token; null = d_in. */
    maxIterations: z.int().min(1).max(65_536).nullable().default(USUAL_L0),
    stopOnDuplicateSupport: z.boolean().default(true),
    /** Features are taken by their product with decoder rows, so rows begin as unit vectors. */
    decoderInitNorm: BASE_OPTIONS.decoderInitNorm.unwrap().default(1),
    /** It has no coefficient that a scale would matter to. */
    normalizeActivations: BASE_OPTIONS.normalizeActivations.unwrap().default('none'),
  }),
  texts: {
    residualThreshold: text(
      'Sparsity',
      'Residual threshold',
      'A token is done when the norm of its residual is below this.',
      'activation units',
    ),
    maxIterations: text('Sparsity', 'Most features', 'Most features per token; empty means d_in.', 'features'),
    stopOnDuplicateSupport: text(
      'Sparsity',
      'Stop at a repeat',
      'A token is done when a feature would be taken twice.',
    ),
  },
  sparsity: ({ residualThreshold }) => `residual ${residualThreshold}`,
  onlyInPlace: 'Matching pursuit encodes with its decoder',
  rules({ normalizeActivations }) {
    if (normalizeActivations !== 'covariance_whitening') return []
    const message = 'Matching pursuit has no encoder that whitening could be folded into.'
    return [{ option: 'normalizeActivations', message }]
  },
  cfg: (params) => ({
    residual_threshold: params.residualThreshold,
    max_iterations: params.maxIterations,
    stop_on_duplicate_support: params.stopOnDuplicateSupport,
  }),
  brings: () => ({}),
  steeredL0: () => null,
  losses: {},
})
