// Sparse codes of tokens: values and feature indices, padded to the same number per token.

/** Undoes the run-time normalisation of each token: y · scale + shift. */
export interface TokenScales {
  readonly scale: Float32Array
  readonly shift: Float32Array
}

/** Activations of `tokens` tokens: values and feature indices, both [tokens, k]; what does not fire is 0. */
export interface SparseCode {
  readonly values: Float32Array
  readonly indices: Int32Array
  /** Entries per token: the architecture's k, or as many as the busiest of these tokens has (at least 1). */
  readonly k: number
  /** Set by SAEs that normalise activations at run time and reconstruct what they read. */
  readonly scales?: TokenScales
  /** Activations that a temporal SAE predicts from earlier tokens, dense [tokens, d_sae]. */
  readonly predicted?: Float32Array
}

/** The non-zero entries of dense activations [tokens, d_sae], each token's in descending order of magnitude. */
export function sparseCode(acts: ArrayLike<number>, tokens: number): SparseCode {
  const dSae = tokens > 0 ? acts.length / tokens : 0
  let k = 1
  for (let t = 0; t < tokens; t++) {
    let active = 0
    for (let j = 0; j < dSae; j++) if (acts[t * dSae + j] !== 0) active++
    k = Math.max(k, active)
  }
  const values = new Float32Array(tokens * k)
  const indices = new Int32Array(tokens * k)
  for (let t = 0; t < tokens; t++) {
    const first = t * dSae
    const fired: number[] = []
    for (let j = 0; j < dSae; j++) if (acts[first + j] !== 0) fired.push(j)
    fired.sort((a, b) => Math.abs(acts[first + b]!) - Math.abs(acts[first + a]!) || a - b)
    fired.forEach((j, n) => {
      values[t * k + n] = acts[first + j]!
      indices[t * k + n] = j
    })
  }
  return { values, indices, k }
}

/** Codes of consecutive tokens as one, padded to the largest k. */
export function joinCodes(codes: readonly SparseCode[]): { values: Float32Array; indices: Int32Array; k: number } {
  const k = codes.reduce((most, code) => Math.max(most, code.k), 1)
  const tokens = codes.map((code) => code.values.length / code.k)
  const total = tokens.reduce((sum, count) => sum + count, 0)
  const values = new Float32Array(total * k)
  const indices = new Int32Array(total * k)
  let row = 0
  for (const [n, code] of codes.entries()) {
    for (let t = 0; t < tokens[n]!; t++, row++) {
      values.set(code.values.subarray(t * code.k, (t + 1) * code.k), row * k)
      indices.set(code.indices.subarray(t * code.k, (t + 1) * code.k), row * k)
    }
  }
  return { values, indices, k }
}

/** Dense activations [tokens, d_sae] of a code. */
export function denseCode({ values, indices, k }: SparseCode, dSae: number): Float32Array {
  const out = new Float32Array((values.length / k) * dSae)
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) out[Math.floor(i / k) * dSae + indices[i]!] = values[i]!
  return out
}
