// How alike two sites are on the same tokens. Pure; everything is computed exactly on the rows given.
import { quantile } from './quantile.js'

export interface PairFigures {
  /** Linear CKA; null when one side does not vary. */
  readonly cka: number | null
  /** Null for unequal widths, or when no row has two non-zero vectors. */
  readonly cosine: { mean: number; p5: number; p50: number; p95: number } | null
  /** Of the mean vectors; null for unequal widths, or when one is zero. */
  readonly cosineOfMeans: number | null
  readonly normRatio: number | null
  readonly relativeChange: number | null
}

/**
 * Compares activations a [rows, widthA] with b [rows, widthB] of the same tokens.
 *
 * Linear CKA (Kornblith et al. 2019, feature-space form): ‖BᵀA‖² / (‖AᵀA‖ ‖BᵀB‖) in Frobenius norms after centring
 * each dimension. It is near 1 by chance when there are fewer rows than dimensions, so read it with its row count.
 * Ratios leave out rows whose b is zero.
 */
export function compareSites(a: Float32Array, widthA: number, b: Float32Array, widthB: number): PairFigures {
  const rows = a.length / widthA
  if (!Number.isInteger(rows) || b.length !== rows * widthB) {
    throw new RangeError(`${a.length} / ${widthA} and ${b.length} / ${widthB} are not the same number of rows.`)
  }
  const [x, y] = [centred(a, widthA), centred(b, widthB)]
  const scale = Math.sqrt(crossSquare(x, widthA, x, widthA) * crossSquare(y, widthB, y, widthB))
  const cka = scale > 0 ? crossSquare(x, widthA, y, widthB) / scale : null
  const cosineOfMeans = widthA === widthB ? cosine(columnMeans(a, widthA), columnMeans(b, widthB)) : null
  return { cka, cosineOfMeans, ...perToken(a, widthA, b, widthB, rows) }
}

/** Means over rows, per dimension. */
function columnMeans(values: Float32Array, width: number): Float64Array {
  const sums = new Float64Array(width)
  for (let at = 0; at < values.length; at += width) {
    for (let d = 0; d < width; d++) sums[d]! += values[at + d]!
  }
  return sums.map((sum) => (sum * width) / values.length)
}

function cosine(a: Float64Array, b: Float64Array): number | null {
  const scale = Math.hypot(...a) * Math.hypot(...b)
  return scale > 0 ? dot(a, 0, b, 0, a.length) / scale : null
}

function perToken(a: Float32Array, widthA: number, b: Float32Array, widthB: number, rows: number) {
  const same = widthA === widthB
  const cosines: number[] = []
  let [ratios, changes, counted] = [0, 0, 0]
  for (let row = 0; row < rows; row++) {
    const [aa, bb] = [dot(a, row * widthA, a, row * widthA, widthA), dot(b, row * widthB, b, row * widthB, widthB)]
    if (bb === 0) continue
    counted++
    ratios += Math.sqrt(aa / bb)
    if (!same) continue
    if (aa > 0) cosines.push(dot(a, row * widthA, b, row * widthA, widthA) / Math.sqrt(aa * bb))
    let difference = 0
    for (let d = row * widthA; d < (row + 1) * widthA; d++) difference += (a[d]! - b[d]!) ** 2
    changes += Math.sqrt(difference / bb)
  }
  const sorted = Float64Array.from(cosines).sort()
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length
  const [p5, p50, p95] = [quantile(sorted, 0.05), quantile(sorted, 0.5), quantile(sorted, 0.95)]
  return {
    cosine: sorted.length > 0 ? { mean, p5, p50, p95 } : null,
    normRatio: counted > 0 ? ratios / counted : null,
    relativeChange: same && counted > 0 ? changes / counted : null,
  }
}

type Values = Float32Array | Float64Array
/** Σ a·b over `width` values. */
function dot(a: Values, atA: number, b: Values, atB: number, width: number): number {
  let sum = 0
  for (let d = 0; d < width; d++) sum += a[atA + d]! * b[atB + d]!
  return sum
}

/** Columns [width, rows] with their means taken off: transposed, so that products run along memory. */
function centred(values: Float32Array, width: number): Float64Array {
  const rows = values.length / width
  const out = new Float64Array(values.length)
  for (let d = 0; d < width; d++) {
    let sum = 0
    for (let row = 0; row < rows; row++) sum += values[row * width + d]!
    const mean = sum / rows
    for (let row = 0; row < rows; row++) out[d * rows + row] = values[row * width + d]! - mean
  }
  return out
}

/** Squared Frobenius norm of XᵀY for centred columns. */
function crossSquare(x: Float64Array, widthX: number, y: Float64Array, widthY: number): number {
  const rows = x.length / widthX
  let total = 0
  for (let i = 0; i < widthX; i++) {
    for (let j = 0; j < widthY; j++) {
      let sum = 0
      for (let row = 0; row < rows; row++) sum += x[i * rows + row]! * y[j * rows + row]!
      total += sum * sum
    }
  }
  return total
}
