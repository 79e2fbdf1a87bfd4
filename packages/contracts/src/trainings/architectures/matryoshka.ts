// Matryoshka BatchTopK (Bussmann et al. 2025) in forms, rules and reports.
import { z } from 'zod'
import { text } from '../option-text.js'
import { defineArchitecture, schemaOf } from './architecture.js'
import { perBatch, ranked } from './shared.js'

export const matryoshka = defineArchitecture({
  ...ranked,
  name: 'matryoshka_batchtopk',
  label: 'Matryoshka BatchTopK',
  help: 'Every prefix of the dictionary must reconstruct alone, so early features stay general.',
  schema: schemaOf('matryoshka_batchtopk', {
    ...perBatch.options,
    /** Ends of the nested prefixes as shares of d_sae, ascending; the whole dictionary is always the last. */
    matryoshkaShares: z.array(z.number().gt(0).max(1)).max(16).default([0.0625, 0.125, 0.25, 0.5]),
    auxPerWidth: z.boolean().default(false),
  }),
  texts: {
    ...perBatch.texts,
    matryoshkaShares: text(
      'Architecture',
      'Prefixes',
      'Ends of the nested dictionaries as shares of d_sae, ascending. The whole is always the last.',
      '× d_sae',
    ),
    auxPerWidth: text(
      'Dead features',
      'Auxiliary loss per prefix',
      'One auxiliary loss for each prefix instead of one for all.',
    ),
  },
  onlyInPlace: null,
  brings: () => ({}),
  steeredL0: () => null,
  cfg: (params, dSae) => ({
    ...perBatch.cfg(params),
    matryoshka_widths: prefixWidths(params.matryoshkaShares, dSae),
    use_matryoshka_aux_loss: params.auxPerWidth,
  }),
})

/** Ends of the nested prefixes, without those that rounding makes equal. */
const prefixWidths = (shares: readonly number[], dSae: number): number[] =>
  [...new Set(shares.map((share) => Math.max(1, Math.round(share * dSae))))].sort((a, b) => a - b)
