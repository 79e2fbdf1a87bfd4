// A reconstruction that is spliced in at some positions only.

/** `rows` [rows, width] where counted, `otherwise` elsewhere. */
export function keepRows(
  rows: Float32Array,
  otherwise: Float32Array,
  width: number,
  counted: (row: number) => boolean,
): Float32Array {
  const out = rows.slice()
  for (let row = 0; row * width < out.length; row++) {
    if (!counted(row)) out.set(otherwise.subarray(row * width, (row + 1) * width), row * width)
  }
  return out
}
