// From the rotary part of a config to the rotary plan of a layer.
import { ModelError } from '../errors.js'
import type { RotaryPlan } from '../plan.js'
import type { ParsedRope, Rope } from '../rotary/rope.js'

/**
 * Rotation of the first `fraction` of a head, rounded down, in halves.
 * @throws ModelError `model_invalid` when that is no positive even number of dimensions.
 */
export function halves({ rope, fraction }: ParsedRope, headDim: number): RotaryPlan {
  const width = Math.floor(headDim * fraction)
  if (width >= 2 && width % 2 === 0) return { rope, width, pairs: 'halves' }
  throw new ModelError(
    'model_invalid',
    `config.json: a share of ${fraction} of a head dimension of ${headDim} gives no even number of rotated dimensions.`,
  )
}

/** Positions that a model can take: a dynamic rope stretches the trained length by its factor. */
export const usablePositions = (rope: Rope, trained: number): number =>
  rope.type === 'dynamic' ? Math.floor(trained * rope.factor) : trained
