// Test helpers: random sparse activations, and the plain-loop description of features that the accumulators are
// compared with.

import { uniform } from '../random/counter.js'
import type { SparseEntries } from './entries.js'

export interface PlainContext {
  readonly context: number
  readonly length: number
  readonly documentStarts: number[]
  /** Dense activations [length][dSae]. */
  readonly dense: number[][]
}

/**
 * Random contexts: about `rate` of all (position, feature) pairs fire; feature 0 never does; magnitudes span many
 * powers of two.
 */
export function randomContexts(
  contexts: number,
  length: number,
  dSae: number,
  rate: number,
  seed: number,
): PlainContext[] {
  let draw = 0
  const next = () => uniform(seed, 1, draw++)
  return Array.from({ length: contexts }, (_, i) => {
    const dense = Array.from({ length }, () =>
      Array.from({ length: dSae }, (_, f) =>
        f > 0 && next() < rate ? Math.fround(next() * 2 ** (next() * 12 - 4)) : 0,
      ),
    )
    const documentStarts = [0]
    for (let p = 1; p < length; p++) if (next() < 0.08) documentStarts.push(p)
    return { context: i * 3 + 1, length, documentStarts, dense }
  })
}

export function sparse(dense: readonly (readonly number[])[]): SparseEntries {
  const positions: number[] = []
  const features: number[] = []
  const values: number[] = []
  dense.forEach((row, position) => {
    row.forEach((value, feature) => {
      if (value === 0) return
      positions.push(position)
      features.push(feature)
      values.push(value)
    })
  })
  return {
    positions: Int32Array.from(positions),
    features: Int32Array.from(features),
    values: Float32Array.from(values),
    count: values.length,
  }
}

/** All peaks of one feature, one per firing context, in reading order. */
export function peaksOf(feature: number, contexts: readonly PlainContext[]) {
  return contexts.flatMap((c) => {
    const column = c.dense.map((row) => row[feature]!)
    const value = Math.max(...column)
    return value > 0 ? [{ context: c.context, position: column.indexOf(value), value }] : []
  })
}

/** The window around a position, found token by token: same document, same context, near enough. */
export function plainWindow(c: PlainContext, feature: number, position: number, before: number, after: number) {
  const documentOf = (p: number) => c.documentStarts.filter((start) => start <= p).length
  const inside = c.dense
    .map((_, p) => p)
    .filter((p) => p >= position - before && p <= position + after && documentOf(p) === documentOf(position))
  return { start: inside[0]!, activations: inside.map((p) => c.dense[p]![feature]!) }
}
