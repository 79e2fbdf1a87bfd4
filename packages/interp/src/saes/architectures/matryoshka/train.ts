// Matryoshka BatchTopK SAEs (Bussmann et al. 2025): every prefix of the dictionary must reconstruct by itself, so that early features
// stay general. The losses of the prefixes are added, not averaged.
import { z } from 'zod'
import type { TrainingArchitecture } from '../../training/architecture.js'
import { parseFields } from '../../training/cfg.js'
import { largestOfBatch } from '../../training/math/selection.js'
import { topkSae } from '../../training/topk-pass.js'
import { BatchTopkFieldsSchema } from '../batchtopk/train.js'

export const MatryoshkaFieldsSchema = BatchTopkFieldsSchema.extend({
  d_sae: z.int(),
  matryoshka_widths: z.array(z.int().min(1)).default([]),
  /** One auxiliary loss per prefix instead of one for all. */
  use_matryoshka_aux_loss: z.boolean().default(false),
}).refine(
  ({ d_sae, matryoshka_widths: widths }) => widths.every((width, n) => width <= d_sae && width > (widths[n - 1] ?? 0)),
  { error: 'widths must ascend and not exceed d_sae', path: ['matryoshka_widths'] },
)

export const train: TrainingArchitecture = {
  name: 'matryoshka_batchtopk',
  bind(cfg) {
    const fields = parseFields(MatryoshkaFieldsSchema, cfg, 'matryoshka_batchtopk')
    const given = fields.matryoshka_widths
    return topkSae(cfg, fields, {
      select: (pre, tokens) => largestOfBatch(pre, tokens, fields.k),
      signed: false,
      widths: given.at(-1) === cfg.d_sae ? given : [...given, cfg.d_sae],
      auxPerWidth: fields.use_matryoshka_aux_loss,
      thresholdRate: fields.topk_threshold_lr,
    })
  },
}
