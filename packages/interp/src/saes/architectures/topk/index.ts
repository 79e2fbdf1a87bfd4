// TopK SAEs.
import type { SaeKind } from '../kind.js'
import { train } from './train.js'
import { use } from './use.js'

export const topk: SaeKind = {
  name: 'topk',
  use,
  family: { prefix: 'topk_', base: use },
  train,
  savedFields: ['k', 'rescale_acts_by_decoder_norm'],
  ranksByNorm: true,
  selects: true,
}
