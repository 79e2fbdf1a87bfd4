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

/** Activations at one site, made ready for comparing with several others. */
export interface ComparableSite {
  /** [rows, width]. */
  readonly values: Float32Array
  readonly width: number
  readonly means: Float64Array
  /** [width, rows], each dimension without its mean: transposed, so that products run along memory. */
  readonly centred: Float64Array
  /** ‖XᵀX‖² in Frobenius norm of the centred values. */
  readonly ownProduct: number
}

/** Prepares values [rows, width]: centring and the site's product with itself are done once. */
export function comparableSite(values: Float32Array, width: number): ComparableSite {
  const means = columnMeans(values, width)
  const centred = centredColumns(values, width, means)
  return { values, width, means, centred, ownProduct: crossSquare(centred, width, centred, width) }
}

/**
 * Compares two sites on the same tokens.
 *
 * Linear CKA (Kornblith et al. 2019, feature-space form): ‖BᵀA‖² / (‖AᵀA‖ ‖BᵀB‖) in Frobenius norms after centring
 * each dimension. It is near 1 by chance when there are fewer rows than dimensions, so read it with its row count.
 * Ratios leave out rows whose b is zero.
 * @throws RangeError when the numbers of rows differ.
 */
export function compareSites(a: ComparableSite, b: ComparableSite): PairFigures {
  const rows = a.values.length / a.width
  if (!Number.isInteger(rows) || b.values.length !== rows * b.width) {
    throw new RangeError(
      `${a.values.length} / ${a.width} and ${b.values.length} / ${b.width} are not the same number of rows.`,
    )
  }
  const scale = Math.sqrt(a.ownProduct * b.ownProduct)
  const cka = scale > 0 ? crossSquare(a.centred, a.width, b.centred, b.width) / scale : null
  const cosineOfMeans = a.width === b.width ? cosine(a.means, b.means) : null
  return { cka, cosineOfMeans, ...perToken(a.values, a.width, b.values, b.width, rows) }
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

function centredColumns(values: Float32Array, width: number, means: Float64Array): Float64Array {
  const rows = values.length / width
  const out = new Float64Array(values.length)
  for (let row = 0; row < rows; row++) {
    for (let d = 0; d < width; d++) out[d * rows + row] = values[row * width + d]! - means[d]!
  }
  return out
}

/** Rows of one block: four columns of it and one more stay in the nearest cache. */
const BLOCK = 512

/** Squared Frobenius norm of XᵀY for centred columns, by blocks of rows. */
function crossSquare(x: Float64Array, widthX: number, y: Float64Array, widthY: number): number {
  const rows = x.length / widthX
  const product = new Float64Array(widthX * widthY)
  for (let from = 0; from < rows; from += BLOCK) {
    const to = Math.min(rows, from + BLOCK)
    for (let i = 0; i < widthX; i++) addProducts(x, i, y, widthY, rows, from, to, product)
  }
  return product.reduce((sum, value) => sum + value * value, 0)
}

/** Adds Σ x_i · y_j over rows [from, to) for all j, four at a time: independent sums keep the processor busy. */
function addProducts(
  x: Float64Array,
  i: number,
  y: Float64Array,
  widthY: number,
  rows: number,
  from: number,
  to: number,
  product: Float64Array,
): void {
  const [own, out] = [i * rows, i * widthY]
  let j = 0
  for (; j + 4 <= widthY; j += 4) {
    const [at0, at1, at2, at3] = [j * rows, (j + 1) * rows, (j + 2) * rows, (j + 3) * rows]
    let [s0, s1, s2, s3] = [0, 0, 0, 0]
    for (let row = from; row < to; row++) {
      const value = x[own + row]!
      s0 += value * y[at0 + row]!
      s1 += value * y[at1 + row]!
      s2 += value * y[at2 + row]!
      s3 += value * y[at3 + row]!
    }
    product[out + j]! += s0
    product[out + j + 1]! += s1
    product[out + j + 2]! += s2
    product[out + j + 3]! += s3
  }
  for (; j < widthY; j++) {
    let sum = 0
    for (let row = from; row < to; row++) sum += x[own + row]! * y[j * rows + row]!
    product[out + j]! += sum
  }
}
