// How much features double each other: the largest cosine of a decoder row with any other one. Exact while the dictionary is small, else
// over features spread evenly through it.

export interface DecoderCosines {
  /** Features looked at: all, or a sample. */
  readonly features: number
  /** Mean over them of the largest cosine with another row, and the largest of all. */
  readonly mean: number
  readonly max: number
}

/** Multiplications that one look may cost: about half a second. */
const MULTIPLICATIONS = 2 ** 29
const FEWEST = 32

/**
 * Largest cosines between rows of W_dec [d_sae, width]. Rows of norm 0 have none and are left out. `multiplications`: above it a sample
 * of rows is compared with all. NaN when fewer than two rows are not 0.
 */
export function decoderCosines(wDec: Float32Array, dSae: number, multiplications = MULTIPLICATIONS): DecoderCosines {
  const width = wDec.length / dSae
  const inverse = Float64Array.from({ length: dSae }, (_, j) => inverseNorm(wDec, j * width, width))
  const wanted = Math.min(dSae, Math.max(FEWEST, Math.floor(multiplications / (dSae * width))))
  let [features, sum, max] = [0, 0, Number.NEGATIVE_INFINITY]
  for (let n = 0; n < wanted; n++) {
    const j = Math.floor((n * dSae) / wanted)
    const largest = largestCosine(wDec, inverse, j, width)
    if (!Number.isFinite(largest)) continue
    features++
    sum += largest
    max = Math.max(max, largest)
  }
  return { features, mean: sum / features, max: features > 0 ? max : Number.NaN }
}

function inverseNorm(wDec: Float32Array, at: number, width: number): number {
  let squares = 0
  for (let i = at; i < at + width; i++) squares += wDec[i]! * wDec[i]!
  return squares > 0 ? 1 / Math.sqrt(squares) : 0
}

/** Of row j with all others that are not 0; −∞ when there is none. */
function largestCosine(wDec: Float32Array, inverse: Float64Array, j: number, width: number): number {
  let largest = Number.NEGATIVE_INFINITY
  if (inverse[j] === 0) return largest
  const own = wDec.subarray(j * width, (j + 1) * width)
  for (let other = 0; other < inverse.length; other++) {
    if (other === j || inverse[other] === 0) continue
    const at = other * width
    let product = 0
    for (let i = 0; i < width; i++) product += own[i]! * wDec[at + i]!
    largest = Math.max(largest, product * inverse[j]! * inverse[other]!)
  }
  return largest
}
