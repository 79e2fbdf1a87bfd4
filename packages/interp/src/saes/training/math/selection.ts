// Which entries the top-k architectures keep. Ties go to the lower index.

/** Marks in `keep` the `count` largest of values[from..to) among those allowed; without order, ties to the lower index. */
export function markLargest(
  keep: Uint8Array,
  values: Float64Array,
  from: number,
  to: number,
  count: number,
  allowed?: (at: number) => boolean,
): void {
  const candidates = new Float64Array(to - from)
  let n = 0
  for (let at = from; at < to; at++) if (!allowed || allowed(at)) candidates[n++] = values[at]!
  if (count <= 0 || n === 0) return
  const sorted = candidates.subarray(0, n).sort()
  const edge = count >= n ? Number.NEGATIVE_INFINITY : sorted[n - count]!
  let ties = count
  for (let i = n - 1; i >= 0 && sorted[i]! > edge; i--) ties--
  for (let at = from; at < to; at++) {
    if (allowed && !allowed(at)) continue
    if (values[at]! > edge || (values[at] === edge && ties-- > 0)) keep[at] = 1
  }
}

/** Marks the k largest of each row of [rows, n]. */
export function largestPerRow(values: Float64Array, rows: number, k: number): Uint8Array {
  const n = values.length / rows
  const keep = new Uint8Array(values.length)
  for (let t = 0; t < rows; t++) markLargest(keep, values, t * n, (t + 1) * n, k)
  return keep
}

/** Marks the ⌊k · rows⌋ largest positive entries of the whole batch; k may be fractional. */
export function largestOfBatch(values: Float64Array, rows: number, k: number): Uint8Array {
  const keep = new Uint8Array(values.length)
  markLargest(keep, values, 0, values.length, Math.floor(k * rows), (at) => values[at]! > 0)
  return keep
}
