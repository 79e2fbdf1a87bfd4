// BatchTopK SAEs (Bussmann et al. 2024): the k · tokens largest activations of the batch. A running threshold follows the smallest
// that fires, and replaces the selection when the SAE is exported (as a jumprelu SAE).
import { z } from 'zod'
import type { TrainingArchitecture } from '../../training/architecture.js'
import { parseFields } from '../../training/cfg.js'
import { largestOfBatch } from '../../training/math/selection.js'
import { TopkFieldsSchema, topkSae } from '../../training/topk-pass.js'

/** Also the fields of matryoshka SAEs. */
export const BatchTopkFieldsSchema = TopkFieldsSchema.extend({
  /** Rate η of the running threshold. */
  topk_threshold_lr: z.number().min(0).max(1).default(0.01),
})

export const train: TrainingArchitecture = {
  name: 'batchtopk',
  bind(cfg) {
    const fields = parseFields(BatchTopkFieldsSchema, cfg, 'batchtopk')
    return topkSae(cfg, fields, {
      select: (pre, tokens) => largestOfBatch(pre, tokens, fields.k),
      signed: false,
      widths: [cfg.d_sae],
      auxPerWidth: false,
      thresholdRate: fields.topk_threshold_lr,
    })
  },
}
