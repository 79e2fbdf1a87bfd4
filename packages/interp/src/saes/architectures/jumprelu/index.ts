// JumpReLU SAEs.
import type { SaeKind } from '../kind.js'
import { train } from './train.js'
import { use } from './use.js'

export const jumprelu: SaeKind = {
  name: 'jumprelu',
  use,
  family: { prefix: 'jumprelu_', base: use },
  train,
}
