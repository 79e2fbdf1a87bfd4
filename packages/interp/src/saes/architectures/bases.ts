// Architectures that others are built on (transcoders, crosscoders), with the prefix that their names get.
import type { AffineArchitecture } from './architecture.js'
import { gated, jumprelu, standard } from './dense.js'
import { abstopk, topk } from './topk.js'

export const BASES: readonly (readonly [prefix: string, base: AffineArchitecture])[] = [
  ['', standard],
  ['jumprelu_', jumprelu],
  ['gated_', gated],
  ['topk_', topk],
  ['abstopk_', abstopk],
]
