// Matryoshka BatchTopK SAEs.

import { jumprelu } from '../jumprelu/index.js'
import type { SaeKind } from '../kind.js'
import { train } from './train.js'

export const matryoshka: SaeKind = {
  name: 'matryoshka_batchtopk',
  train,
  savedAs: jumprelu.name,
  batchThreshold: true,
  ranksByNorm: true,
}
