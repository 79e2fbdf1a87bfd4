// What every kernel computes, as plain loops in double precision over typed arrays. The ground truth of the kernels' tests; not fast.

type Rows = Float32Array | Float64Array

/** Entries of [rows, stride] slots of which the first keep[t] of row t count. */
export interface Entries {
  readonly values: Float32Array
  readonly index: Int32Array
  readonly keep: Int32Array
  readonly stride: number
}

/** Entries in feature order: feature j owns start[j] to start[j + 1] (exclusive). */
export interface Grouped {
  readonly start: Int32Array
  readonly token: Int32Array
  readonly value: Float32Array
}

/** The k largest of each row of pre [rows, features] times scale: values descending, ties to the lower index. */
export function selectTop(
  pre: Float32Array,
  scale: Float32Array | null,
  features: number,
  k: number,
): { values: Float32Array; index: Int32Array } {
  const rows = pre.length / features
  const picked = Array.from({ length: rows }, (_, t) => {
    const row = Array.from(pre.subarray(t * features, (t + 1) * features), (value, j) => ({
      value: Math.fround(value * (scale ? scale[j]! : 1)),
      j,
    }))
    return row.sort((a, b) => b.value - a.value || a.j - b.j).slice(0, k)
  }).flat()
  return { values: Float32Array.from(picked, (p) => p.value), index: Int32Array.from(picked, (p) => p.j) }
}

/** Number of candidates of shard `self` among the k largest of each row; candidates[s] is [rows, stride], descending, counts[s] of them valid. */
export function mergeTopk(
  candidates: readonly Float32Array[],
  counts: readonly number[],
  self: number,
  rows: number,
  stride: number,
  k: number,
  positive: boolean,
): Int32Array {
  return Int32Array.from({ length: rows }, (_, t) => {
    const all = candidates.flatMap((list, shard) =>
      Array.from(list.subarray(t * stride, t * stride + counts[shard]!), (value) => ({ shard, value })),
    )
    all.sort((a, b) => b.value - a.value || a.shard - b.shard)
    return all.slice(0, k).filter(({ shard, value }) => shard === self && (!positive || value > 0)).length
  })
}

/** Counting sort of the kept entries by feature, stable in the token. */
export function groupByFeature(entries: Entries, features: number): Grouped {
  const list: { feature: number; token: number; value: number }[] = []
  entries.keep.forEach((kept, token) => {
    for (let i = token * entries.stride; i < token * entries.stride + kept; i++) {
      list.push({ feature: entries.index[i]!, token, value: entries.values[i]! })
    }
  })
  list.sort((a, b) => a.feature - b.feature || a.token - b.token)
  const start = Int32Array.from({ length: features + 1 }, (_, j) => list.filter(({ feature }) => feature < j).length)
  return { start, token: Int32Array.from(list, (e) => e.token), value: Float32Array.from(list, (e) => e.value) }
}

/** out [rows, d] = sum of values × rows of w [features, d]. */
export function decodeRows(entries: Entries, w: Rows, d: number): Float64Array {
  const out = new Float64Array(entries.keep.length * d)
  entries.keep.forEach((kept, token) => {
    for (let i = token * entries.stride; i < token * entries.stride + kept; i++) {
      for (let c = 0; c < d; c++) out[token * d + c]! += entries.values[i]! * w[entries.index[i]! * d + c]!
    }
  })
  return out
}

/** Adds to gEnc, gDec [features, d] and gBias [features]: delta = scale·⟨e_t, wDec_j⟩; delta·h_t, scale·value·e_t, delta. */
export function accumulateGradients(
  grouped: Grouped,
  d: number,
  scale: number,
  at: { h: Rows; e: Rows; wDec: Rows },
  into: { gEnc: Float64Array; gDec: Float64Array; gBias: Float64Array },
): void {
  for (let j = 0; j + 1 < grouped.start.length; j++) {
    for (let i = grouped.start[j]!; i < grouped.start[j + 1]!; i++) {
      const t = grouped.token[i]! * d
      let delta = 0
      for (let c = 0; c < d; c++) delta += scale * at.e[t + c]! * at.wDec[j * d + c]!
      into.gBias[j]! += delta
      for (let c = 0; c < d; c++) {
        into.gEnc[j * d + c]! += delta * at.h[t + c]!
        into.gDec[j * d + c]! += scale * grouped.value[i]! * at.e[t + c]!
      }
    }
  }
}

export interface AdamSettings {
  readonly lr: number
  readonly beta1: number
  readonly beta2: number
  readonly eps: number
  /** Factor on every gradient (clipping). */
  readonly clip: number
  /** Number of this step, from 1. */
  readonly t: number
}

/** One step of Adam in place on parameter p and moments m and v. */
export function adamVector(p: Rows, g: Rows, m: Rows, v: Rows, settings: AdamSettings): void {
  const { lr, beta1, beta2, eps, clip, t } = settings
  for (let i = 0; i < p.length; i++) {
    const gradient = clip * g[i]!
    m[i] = beta1 * m[i]! + (1 - beta1) * gradient
    v[i] = beta2 * v[i]! + (1 - beta2) * gradient * gradient
    p[i]! -= (lr * (m[i]! / (1 - beta1 ** t))) / (Math.sqrt(v[i]! / (1 - beta2 ** t)) + eps)
  }
}

export function sumSquares(x: Rows): number {
  let sum = 0
  for (const value of x) sum += value * value
  return sum
}

/** L2 norm of each row of w [rows, d]. */
export function rowNorms(w: Rows, d: number): Float64Array {
  return Float64Array.from({ length: w.length / d }, (_, j) => Math.sqrt(sumSquares(w.subarray(j * d, (j + 1) * d))))
}

/** Sum over rows of weight[j] · w[j]; every weight 1 when left out. */
export function weightedRowSum(w: Rows, d: number, weight?: Rows): Float64Array {
  const sums = new Float64Array(d)
  for (let i = 0; i < w.length; i++) sums[i % d]! += (weight ? weight[Math.floor(i / d)]! : 1) * w[i]!
  return sums
}
