// Gated SAEs.
import type { SaeKind } from '../kind.js'
import { train } from './train.js'
import { use } from './use.js'

export const gated: SaeKind = {
  name: 'gated',
  use,
  family: { prefix: 'gated_', base: use },
  train,
}
