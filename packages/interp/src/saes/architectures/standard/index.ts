// Standard SAEs.
import type { SaeKind } from '../kind.js'
import { train } from './train.js'
import { use } from './use.js'

export const standard: SaeKind = {
  name: 'standard',
  use,
  family: { prefix: '', base: use },
  train,
}
