// Matching-pursuit SAEs: features are taken by their product with decoder rows, so rows begin as unit vectors.
import type { SaeKind } from '../kind.js'
import { train } from './train.js'
import { use } from './use.js'

export const matchingPursuit: SaeKind = {
  name: 'matching_pursuit',
  use,
  train,
  savedFields: ['residual_threshold', 'max_iterations', 'stop_on_duplicate_support'],
  decoderEncodes: 'alone',
  decoderInitNorm: 1,
}
