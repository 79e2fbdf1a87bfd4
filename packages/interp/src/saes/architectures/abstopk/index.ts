// AbsTopK SAEs: TopK by magnitude.
import type { SaeKind } from '../kind.js'
import { topkFamily } from '../topk/use.js'
import { train } from './train.js'

const use = topkFamily('abstopk', true)

export const abstopk: SaeKind = {
  name: 'abstopk',
  use,
  family: { prefix: 'abstopk_', base: use },
  train,
  savedFields: ['k', 'rescale_acts_by_decoder_norm'],
  ranksByNorm: true,
  selects: true,
}
