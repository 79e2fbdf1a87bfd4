// TopK SAEs (Gao et al. 2024): the k largest pre-activations of each token, rectified.
import type { TrainingArchitecture } from '../../training/architecture.js'
import { parseFields } from '../../training/cfg.js'
import { largestPerRow } from '../../training/math/selection.js'
import { TopkFieldsSchema, topkSae } from '../../training/topk-pass.js'

export const train: TrainingArchitecture = {
  name: 'topk',
  bind(cfg) {
    const fields = parseFields(TopkFieldsSchema, cfg, 'topk')
    return topkSae(cfg, fields, {
      select: (pre, tokens) => largestPerRow(pre, tokens, fields.k),
      signed: false,
      widths: [cfg.d_sae],
      auxPerWidth: false,
      thresholdRate: null,
    })
  },
}
