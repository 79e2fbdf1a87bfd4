// What every kernel computes, as plain loops in double precision over typed arrays. The ground truth of the kernels' tests; not fast.

type Rows = Float32Array | Float64Array

/** Entries in token order: those of token t lie at offset[t] to offset[t + 1] (exclusive). */
export interface Entries {
  readonly values: Float32Array
  readonly index: Int32Array
  readonly offset: Int32Array
}

/** Entries in feature order: feature j owns start[j] to start[j + 1] (exclusive). */
export interface Grouped {
  readonly start: Int32Array
  readonly token: Int32Array
  readonly value: Float32Array
}

/** The k largest of each row of (pre [rows, features] + bias) times scale: values descending, ties to the lower index. */
export function selectTop(
  pre: Float32Array,
  bias: Float32Array | null,
  scale: Float32Array | null,
  features: number,
  k: number,
): { values: Float32Array; index: Int32Array } {
  const rows = pre.length / features
  const picked = Array.from({ length: rows }, (_, t) => {
    const row = Array.from(pre.subarray(t * features, (t + 1) * features), (value, j) => ({
      value: Math.fround((bias ? Math.fround(value + bias[j]!) : value) * (scale ? scale[j]! : 1)),
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

/** The entries of pre [rows, features] above low[feature]. */
export function extractAbove(pre: Float32Array, low: Float32Array): Entries {
  const features = low.length
  const rows = Array.from({ length: pre.length / features }, (_, t) =>
    Array.from(pre.subarray(t * features, (t + 1) * features), (value, j) => ({ value, j })).filter(
      ({ value, j }) => value > low[j]!,
    ),
  )
  const offset = Int32Array.from([0, ...rows.map((_, t) => rows.slice(0, t + 1).reduce((n, row) => n + row.length, 0))])
  const all = rows.flat()
  return { offset, values: Float32Array.from(all, (e) => e.value), index: Int32Array.from(all, (e) => e.j) }
}

/** The `keep` largest positive values of pre [rows, features] times scale, in order; of equal ones the first. */
export function largestOfBatch(pre: Float32Array, scale: Float32Array | null, features: number, keep: number) {
  const all = Array.from(pre, (value, at) => ({
    value: Math.fround(value * (scale ? scale[at % features]! : 1)),
    at,
    token: Math.floor(at / features),
    feature: at % features,
  })).filter(({ value }) => value > 0)
  const kept = all.sort((a, b) => b.value - a.value || a.at - b.at).slice(0, keep)
  return kept.sort((a, b) => a.at - b.at)
}

/** Sort of the entries by feature, stable in the token. */
export function groupByFeature({ offset, index, values }: Entries, features: number): Grouped {
  const list: { feature: number; token: number; value: number }[] = []
  for (let token = 0; token + 1 < offset.length; token++) {
    for (let i = offset[token]!; i < offset[token + 1]!; i++)
      list.push({ feature: index[i]!, token, value: values[i]! })
  }
  list.sort((a, b) => a.feature - b.feature || a.token - b.token)
  const start = Int32Array.from({ length: features + 1 }, (_, j) => list.filter(({ feature }) => feature < j).length)
  return { start, token: Int32Array.from(list, (e) => e.token), value: Float32Array.from(list, (e) => e.value) }
}

/** out [rows, d] = sum of values × rows of w [features, d]. */
export function decodeRows({ offset, index, values }: Entries, w: Rows, d: number): Float64Array {
  const out = new Float64Array((offset.length - 1) * d)
  for (let t = 0; t + 1 < offset.length; t++) {
    for (let i = offset[t]!; i < offset[t + 1]!; i++) {
      for (let c = 0; c < d; c++) out[t * d + c]! += values[i]! * w[index[i]! * d + c]!
    }
  }
  return out
}

/** ⟨rows[token], w[feature]⟩ for every entry; rows [tokens, d], w [features, d]. */
export function groupedProducts({ start, token }: Grouped, w: Rows, rows: Rows, d: number): Float64Array {
  const out = new Float64Array(token.length)
  for (let j = 0; j + 1 < start.length; j++) {
    for (let i = start[j]!; i < start[j + 1]!; i++) {
      for (let c = 0; c < d; c++) out[i]! += w[j * d + c]! * rows[token[i]! * d + c]!
    }
  }
  return out
}

/** Per feature Σ value · rows[token] over its entries: [features, d]. */
export function groupedSums({ start, token, value }: Grouped, rows: Rows, d: number): Float64Array {
  const out = new Float64Array((start.length - 1) * d)
  for (let j = 0; j + 1 < start.length; j++) {
    for (let i = start[j]!; i < start[j + 1]!; i++) {
      for (let c = 0; c < d; c++) out[j * d + c]! += value[i]! * rows[token[i]! * d + c]!
    }
  }
  return out
}

/** Per row: Σ e² and Σ (x − mean)², in pairs. */
export function tokenFigures(e: Rows, x: Rows, mean: Rows): Float64Array {
  const d = mean.length
  const out = new Float64Array((2 * e.length) / d)
  for (let at = 0; at < e.length; at++) {
    const t = Math.floor(at / d)
    out[2 * t]! += e[at]! ** 2
    out[2 * t + 1]! += (x[at]! - mean[at % d]!) ** 2
  }
  return out
}

export interface AdamSettings {
  readonly lr: number
  readonly beta1: number
  readonly beta2: number
  readonly eps: number
  /** Factor on every gradient (clipping). */
  readonly clip: number
  /** Decoupled weight decay: the parameter shrinks by lr times this. */
  readonly decay: number
  /** Number of this step, from 1. */
  readonly t: number
}

/** One step of Adam in place on parameter p and moments m and v. */
export function adamVector(p: Rows, g: Rows, m: Rows, v: Rows, settings: AdamSettings): void {
  const { lr, beta1, beta2, eps, clip, decay, t } = settings
  for (let i = 0; i < p.length; i++) {
    const gradient = clip * g[i]!
    m[i] = beta1 * m[i]! + (1 - beta1) * gradient
    v[i] = beta2 * v[i]! + (1 - beta2) * gradient * gradient
    const change = (lr * (m[i]! / (1 - beta1 ** t))) / (Math.sqrt(v[i]! / (1 - beta2 ** t)) + eps)
    p[i] = p[i]! * (1 - lr * decay) - change
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

/** Sums over tokens, [features] each. */
type Sums<K extends string> = Record<K, Float64Array>

const sumsOf = <K extends string>(names: readonly K[], features: number): Sums<K> =>
  Object.fromEntries(names.map((name) => [name, new Float64Array(features)])) as Sums<K>

/** Gradient of relu: (d + add) where acts > 0. */
export function reluBackward(acts: Rows, d: Rows, add: Rows) {
  const sums = sumsOf(['d', 'acts', 'fired'], add.length)
  const out = Float64Array.from(acts, (act, at) => {
    const j = at % add.length
    const gradient = act > 0 ? d[at]! + add[j]! : 0
    sums.d[j]! += gradient
    sums.acts[j]! += act
    if (act > 0) sums.fired[j]!++
    return gradient
  })
  return { out, sums }
}

/** Gates max(g, 0), and activations max((g − bGate) · scale + bMag, 0) where g > 0. */
export function gate(g: Rows, bGate: Rows, scale: Rows, bMag: Rows): { open: Float64Array; acts: Float64Array } {
  const n = bGate.length
  const magnitude = (value: number, j: number) => Math.max(0, (value - bGate[j]!) * scale[j]! + bMag[j]!)
  return {
    open: Float64Array.from(g, (value) => Math.max(0, value)),
    acts: Float64Array.from(g, (value, at) => (value > 0 ? magnitude(value, at % n) : 0)),
  }
}

/** Gradient of the gate's product, from those of the activations (d0) and of the gates (d1, plus add). */
export function gateBackward(acts: Rows, open: Rows, d0: Rows, d1: Rows, add: Rows, bGate: Rows, scale: Rows) {
  const sums = sumsOf(['gate', 'open', 'magnitude', 'scale', 'fired'], add.length)
  const out = Float64Array.from(acts, (act, at) => {
    const j = at % add.length
    const q = open[at]! > 0 ? d1[at]! + add[j]! : 0
    const p = act > 0 ? d0[at]! : 0
    sums.gate[j]! += q
    sums.open[j]! += open[at]!
    sums.magnitude[j]! += p
    sums.scale[j]! += p * scale[j]! * (open[at]! - bGate[j]!)
    if (act > 0) sums.fired[j]!++
    return p * scale[j]! + q
  })
  return { out, sums }
}

/** Pseudo-gradients of jumprelu: d above theta; jump = (d · theta + dOpen of the token) / width within width / 2 of it. */
export function jumpBackward(pre: Rows, d: Rows, theta: Rows, dOpen: Rows, width: number, toInput: boolean) {
  const sums = sumsOf(['d', 'theta', 'fired'], theta.length)
  const out = Float64Array.from(pre, (value, at) => {
    const j = at % theta.length
    const near = Math.abs(value - theta[j]!) < width / 2
    const jump = near ? (d[at]! * theta[j]! + dOpen[Math.floor(at / theta.length)]!) / width : 0
    const gradient = (value > theta[j]! ? d[at]! : 0) + (toInput ? jump : 0)
    sums.d[j]! += gradient
    sums.theta[j]! -= jump
    if (value > theta[j]!) sums.fired[j]!++
    return gradient
  })
  return { out, sums }
}
