// One checked property of a model as a figure against a tolerance, and how two sets of values are compared. Pure.

import type { Precision } from '../models/index.js'
import type { QuantisationQuality } from '../quantisation/index.js'

/** How the model was run for a check. */
export interface RunVariant {
  readonly threads: number
  /** Graph optimisation of the runtime (fusion, constant folding). */
  readonly optimise: boolean
}

export interface Check {
  /** What was looked at, for example `logits` or `blocks.0.hook_attn_out`. */
  readonly name: string
  /** `golden`: against stored values; `numerics`: the model against itself; `text`: on text; `precision`: against full precision. */
  readonly group: 'golden' | 'numerics' | 'text' | 'precision'
  readonly variant: RunVariant | null
  /** What is held against the tolerance. For compared values the largest absolute difference; NaN when a value was not finite. */
  readonly figure: number
  /** Mean absolute difference; null where nothing was averaged. */
  readonly mean: number | null
  /** Unit of figure, mean and tolerance; empty: that of the compared values. */
  readonly unit: '' | 'nats' | 'tokens' | 'values'
  /** Largest figure that passes; null: reported without a limit. */
  readonly tolerance: number | null
  readonly pass: boolean
  /** How many values the figure speaks of. */
  readonly count: number
  /** What was done, and where the worst value is. */
  readonly detail: string
  /** Of checks against full precision. */
  readonly quality?: QuantisationQuality & { readonly precision: Precision }
}

/** Right-padded rows of which only the first positions count. */
export interface ValidRows {
  /** Positions per row. */
  readonly seq: number
  /** Values per position. */
  readonly width: number
  /** Positions that count, per row. */
  readonly valid: readonly number[]
}

export interface Difference {
  /** Largest |a - b|; NaN when any compared value is not finite. */
  readonly max: number
  readonly mean: number
  readonly count: number
  /** Row and position of the largest. */
  readonly at: { readonly row: number; readonly position: number }
}

/** max and mean |a - b| over the valid positions of [rows, seq, width]. @throws RangeError when the lengths do not fit the shape. */
export function difference(a: Float32Array, b: Float32Array, { seq, width, valid }: ValidRows): Difference {
  const expected = valid.length * seq * width
  if (a.length !== expected || b.length !== expected) {
    throw new RangeError(`${a.length} and ${b.length} values are compared as [${valid.length}, ${seq}, ${width}].`)
  }
  let max = 0
  let sum = 0
  let count = 0
  let at = { row: 0, position: 0 }
  for (const [row, positions] of valid.entries()) {
    const start = row * seq * width
    for (let i = start; i < start + positions * width; i++) {
      const distance = Math.abs(a[i]! - b[i]!)
      sum += distance
      count++
      // Written so that NaN is taken and then kept: no later comparison with it is true.
      if (!(distance <= max) && !Number.isNaN(max)) {
        max = Number.isFinite(distance) ? distance : Number.NaN
        at = { row, position: Math.floor((i - start) / width) }
      }
    }
  }
  return { max, mean: sum / count, count, at }
}

/** The check of a difference: passes when the largest is within the tolerance. */
export function differenceCheck(
  about: Pick<Check, 'name' | 'group' | 'variant'> & { readonly unit?: Check['unit'] },
  { max, mean, count, at }: Difference,
  tolerance: number,
  what: string,
): Check {
  const worst =
    max > 0 || Number.isNaN(max)
      ? `; ${Number.isNaN(max) ? 'not finite' : 'largest'} in row ${at.row} at position ${at.position}`
      : ''
  return {
    unit: '',
    ...about,
    figure: max,
    mean,
    count,
    tolerance,
    pass: max <= tolerance,
    detail: `${what}${worst}.`,
  }
}
