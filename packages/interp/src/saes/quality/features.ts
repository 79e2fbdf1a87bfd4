// Figures of single features as SAELens's evals compute them: how often they fire, how they spread over prompts, and their weights.

/** Activations of prompts one after another, [prompts · context, d_sae]; tokens for which `counted` says no are left out. */
export interface FeatureFirings {
  /** Share of counted tokens at which each feature is ≠ 0. */
  readonly density: Float64Array
  /** Firings per prompt with at least one; NaN for a feature that never fires. High: it fires all over its prompts. */
  readonly consistentActivation: Float64Array
}

export function featureFirings(
  acts: ArrayLike<number>,
  dSae: number,
  context: number,
  counted: (token: number) => boolean = () => true,
): FeatureFirings {
  const tokens = acts.length / dSae
  const fired = new Float64Array(dSae)
  const prompts = new Float64Array(dSae)
  const lastPrompt = new Int32Array(dSae).fill(-1)
  let total = 0
  for (let t = 0; t < tokens; t++) {
    if (!counted(t)) continue
    total++
    const prompt = Math.floor(t / context)
    for (let j = 0; j < dSae; j++) {
      if (acts[t * dSae + j] === 0) continue
      fired[j]!++
      if (lastPrompt[j] !== prompt) prompts[j]!++
      lastPrompt[j] = prompt
    }
  }
  return {
    density: fired.map((count) => count / total),
    consistentActivation: fired.map((count, j) => count / prompts[j]!),
  }
}

/** Bins of the histogram of log densities. */
export const DENSITY_BINS = 64

/** Histogram of log10(density + 1e-10): 64 equal bins between the smallest and the largest, the last one closed. */
export function densityHistogram(density: ArrayLike<number>): { readonly counts: number[]; readonly edges: number[] } {
  const logs = Array.from(density, (value) => Math.log10(value + 1e-10))
  const [low, high] = [Math.min(...logs), Math.max(...logs)]
  const width = (high - low) / DENSITY_BINS
  const counts = new Array<number>(DENSITY_BINS).fill(0)
  for (const value of logs) counts[Math.min(DENSITY_BINS - 1, width > 0 ? Math.floor((value - low) / width) : 0)]!++
  return {
    counts,
    edges: Array.from({ length: DENSITY_BINS + 1 }, (_, i) => (i === DENSITY_BINS ? high : low + i * width)),
  }
}

/** Norms of encoder columns and their cosine with decoder rows, [d_sae]. `wEnc` [d_in, d_sae], `wDec` [d_sae, d_in]. */
export function featureWeights(
  wEnc: ArrayLike<number>,
  wDec: ArrayLike<number>,
  dSae: number,
): { readonly encoderNorm: Float64Array; readonly encoderDecoderCosine: Float64Array } {
  const dIn = wEnc.length / dSae
  const encoderNorm = new Float64Array(dSae)
  const encoderDecoderCosine = new Float64Array(dSae)
  for (let j = 0; j < dSae; j++) {
    let [ee, dd, ed] = [0, 0, 0]
    for (let i = 0; i < dIn; i++) {
      const [e, d] = [wEnc[i * dSae + j]!, wDec[j * dIn + i]!]
      ee += e * e
      dd += d * d
      ed += e * d
    }
    encoderNorm[j] = Math.sqrt(ee)
    encoderDecoderCosine[j] = ed / Math.sqrt(ee * dd)
  }
  return { encoderNorm, encoderDecoderCosine }
}
