// BatchTopK SAEs.

import { jumprelu } from '../jumprelu/index.js'
import type { SaeKind } from '../kind.js'
import { train } from './train.js'

export const batchtopk: SaeKind = {
  name: 'batchtopk',
  train,
  savedAs: jumprelu.name,
  batchThreshold: true,
  ranksByNorm: true,
}
