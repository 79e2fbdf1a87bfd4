// AbsTopK SAEs: the k pre-activations of largest magnitude of each token, sign kept, so that one feature serves two opposite concepts.
import type { TrainingArchitecture } from '../../training/architecture.js'
import { parseFields } from '../../training/cfg.js'
import { largestPerRow } from '../../training/math/selection.js'
import { TopkFieldsSchema, topkSae } from '../../training/topk-pass.js'

export const train: TrainingArchitecture = {
  name: 'abstopk',
  bind(cfg) {
    const fields = parseFields(TopkFieldsSchema, cfg, 'abstopk')
    return topkSae(cfg, fields, {
      select: (pre, tokens) => largestPerRow(pre.map(Math.abs), tokens, fields.k),
      signed: true,
      widths: [cfg.d_sae],
      auxPerWidth: false,
      thresholdRate: null,
    })
  },
}
