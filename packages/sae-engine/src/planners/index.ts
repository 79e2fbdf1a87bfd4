// The table of architectures with a sharded step. What is not here is computed by the reference.
import type { Planner } from './planner.js'
import { gated, jumprelu, standard } from './pointwise.js'
import { abstopk, batchtopk, matryoshka, topk } from './topk.js'

const PLANNERS: readonly Planner[] = [standard, gated, jumprelu, topk, batchtopk, matryoshka, abstopk]

export const plannerOf = (architecture: string): Planner | undefined =>
  PLANNERS.find(({ name }) => name === architecture)
