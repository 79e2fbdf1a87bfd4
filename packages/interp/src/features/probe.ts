// What single tokens do to features: reads a TopK encoder's result [tokens, k] without touching the rest of d_sae.

export interface ActiveFeature {
  readonly index: number
  readonly value: number
}

/** Activation of one feature on each of `tokens` tokens (0 where it is not among the k). */
export function activationsOf(
  feature: number,
  values: Float32Array,
  indices: Int32Array,
  tokens: number,
  k: number,
): Float32Array {
  const activations = new Float32Array(tokens)
  for (let i = 0; i < tokens * k; i++) {
    if (indices[i] === feature && values[i] !== 0) activations[Math.floor(i / k)] = values[i]!
  }
  return activations
}

/** The `n` strongest features of each token, strongest first; features at zero are left out. */
export function strongestPerToken(
  values: Float32Array,
  indices: Int32Array,
  tokens: number,
  k: number,
  n: number,
): ActiveFeature[][] {
  return Array.from({ length: tokens }, (_, token) => {
    const active: ActiveFeature[] = []
    for (let i = token * k; i < (token + 1) * k; i++) {
      if (values[i] !== 0) active.push({ index: indices[i]!, value: values[i]! })
    }
    return active.sort((a, b) => b.value - a.value || a.index - b.index).slice(0, n)
  })
}
