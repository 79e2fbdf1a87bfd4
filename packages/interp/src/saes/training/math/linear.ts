// Dense products of the training reference: plain loops over row-major arrays, summed in double precision. Zeros are skipped,
// because activations are sparse. Clear before fast; the fast steps are tested against it.

/** Storage of parameters: float32 as SAELens trains, float64 for finite differences. */
export type Floats = Float32Array | Float64Array

/** x [rows, inner] · w [inner, cols] + b [cols] → [rows, cols]. */
export function affine(x: Floats, w: Floats, b: Floats | null, rows: number, cols: number): Float64Array {
  const inner = rows > 0 ? x.length / rows : 0
  const out = new Float64Array(rows * cols)
  for (let t = 0; t < rows; t++) {
    const row = out.subarray(t * cols, (t + 1) * cols)
    if (b) row.set(b)
    for (let i = 0; i < inner; i++) {
      const value = x[t * inner + i]!
      if (value === 0) continue
      const at = i * cols
      for (let j = 0; j < cols; j++) row[j]! += value * w[at + j]!
    }
  }
  return out
}

/** into [n, m] += aᵀ b, for a [rows, n] and b [rows, m]. */
export function addOuter(into: Float64Array, a: Floats, b: Floats, rows: number): void {
  const [n, m] = [a.length / rows, b.length / rows]
  for (let t = 0; t < rows; t++) {
    for (let i = 0; i < n; i++) {
      const value = a[t * n + i]!
      if (value === 0) continue
      for (let j = 0; j < m; j++) into[i * m + j]! += value * b[t * m + j]!
    }
  }
}

/** a [rows, m] · w [n, m]ᵀ → [rows, n]; entries where `where` is 0 are left 0 when it is given. */
export function timesTransposed(a: Floats, w: Floats, rows: number, n: number, where?: Floats): Float64Array {
  const m = a.length / rows
  const out = new Float64Array(rows * n)
  for (let t = 0; t < rows; t++) {
    for (let j = 0; j < n; j++) {
      if (where && where[t * n + j] === 0) continue
      let sum = 0
      for (let i = 0; i < m; i++) sum += a[t * m + i]! * w[j * m + i]!
      out[t * n + j] = sum
    }
  }
  return out
}

/** Column sums of a [rows, n], added into `into` [n]. */
export function addColumnSums(into: Float64Array, a: Floats, rows: number): void {
  const n = a.length / rows
  for (let t = 0; t < rows; t++) for (let j = 0; j < n; j++) into[j]! += a[t * n + j]!
}

/** Σ a². */
export function squareSum(a: Floats): number {
  let sum = 0
  for (const value of a) sum += value * value
  return sum
}

/** Σ a b of equally long arrays. */
export function dot(a: Floats, b: Floats): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
