// The table of SAE architectures. Another one is a folder and a line here.
import { abstopk } from './abstopk/index.js'
import { batchtopk } from './batchtopk/index.js'
import { gated } from './gated/index.js'
import { jumprelu } from './jumprelu/index.js'
import type { SaeKind } from './kind.js'
import { matchingPursuit } from './matching-pursuit/index.js'
import { matryoshka } from './matryoshka/index.js'
import { standard } from './standard/index.js'
import { temporal } from './temporal/index.js'
import { topk } from './topk/index.js'

export const KINDS: readonly SaeKind[] = [
  standard,
  gated,
  jumprelu,
  topk,
  batchtopk,
  matryoshka,
  abstopk,
  matchingPursuit,
  temporal,
]

/** What a name of cfg.json stands for; undefined for transcoders, crosscoders and names that are not known. */
export const kindOf = (name: string): SaeKind | undefined => KINDS.find((kind) => kind.name === name)

/** Kinds that transcoders and crosscoders are built on. */
export const FAMILIES = KINDS.flatMap(({ family }) => (family ? [family] : []))
