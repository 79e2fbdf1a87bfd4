// Scores of an SAE against a known dictionary, as SAELens's synthetic benchmark defines them.
import { assign } from './hungarian.js'

/** A dictionary and what it fired; features in rows. */
export interface GroundTruth {
  /** [features, d]. */
  readonly vectors: ArrayLike<number>
  /** Activations, [samples, features]; a feature fires where > 0. */
  readonly acts: ArrayLike<number>
}

/** An SAE on the same samples. */
export interface ScoredSae {
  /** Decoder rows, [latents, d]. */
  readonly wDec: ArrayLike<number>
  /** [samples, latents]; a latent fires where ≠ 0. */
  readonly acts: ArrayLike<number>
}

export interface DictionaryMatch {
  /** |cos| of decoder rows and features, [latents, features]. */
  readonly absCosine: Float64Array
  /** `[latent, feature]` of the best assignment. */
  readonly assignment: readonly (readonly [number, number])[]
  /** Mean |cos| of the assigned pairs. */
  readonly mcc: number
  /** Feature of largest |cos| for each latent; several latents may share one. */
  readonly bestMatch: Int32Array
  /** Distinct best matches / latents. */
  readonly uniqueness: number
}

/** Smallest norm that a cosine divides by. */
const MIN_NORM = 1e-8

/** Matches decoder rows with features: mean |cos| under the Hungarian assignment that minimises 1 − |cos|. */
export function matchDictionary(wDec: ArrayLike<number>, vectors: ArrayLike<number>, d: number): DictionaryMatch {
  const [latents, features] = [wDec.length / d, vectors.length / d]
  const absCosine = new Float64Array(latents * features)
  const [rowNorms, featureNorms] = [norms(wDec, d), norms(vectors, d)]
  for (let l = 0; l < latents; l++) {
    for (let f = 0; f < features; f++) {
      let product = 0
      for (let i = 0; i < d; i++) product += wDec[l * d + i]! * vectors[f * d + i]!
      absCosine[l * features + f] = Math.abs(product) / (rowNorms[l]! * featureNorms[f]!)
    }
  }
  const assignment = assign(
    absCosine.map((value) => 1 - value),
    latents,
    features,
  )
  const bestMatch = Int32Array.from({ length: latents }, (_, l) => {
    const row = absCosine.subarray(l * features, (l + 1) * features)
    return row.indexOf(Math.max(...row))
  })
  const total = assignment.reduce((sum, [l, f]) => sum + absCosine[l * features + f]!, 0)
  return {
    absCosine,
    assignment,
    mcc: total / assignment.length,
    bestMatch,
    uniqueness: new Set(bestMatch).size / latents,
  }
}

const norms = (rows: ArrayLike<number>, d: number): Float64Array =>
  Float64Array.from({ length: rows.length / d }, (_, r) => {
    let square = 0
    for (let i = r * d; i < (r + 1) * d; i++) square += rows[i]! * rows[i]!
    return Math.max(Math.sqrt(square), MIN_NORM)
  })

export interface Classification {
  /** Counts per latent against its best-matching feature, over all samples. */
  readonly tp: Float64Array
  readonly fp: Float64Array
  readonly fn: Float64Array
  readonly tn: Float64Array
  /** Means over all latents, dead ones included; 0 where a ratio is undefined. */
  readonly precision: number
  readonly recall: number
  readonly f1: number
  readonly accuracy: number
}

/** Each latent as a detector of its best-matching feature. */
export function classify(sae: ScoredSae, truth: GroundTruth, bestMatch: Int32Array): Classification {
  const latents = bestMatch.length
  const samples = sae.acts.length / latents
  const features = truth.acts.length / samples
  const [tp, fp, fn, tn] = Array.from({ length: 4 }, () => new Float64Array(latents)) as [
    ...[Float64Array, Float64Array, Float64Array, Float64Array],
  ]
  for (let n = 0; n < samples; n++) {
    for (let l = 0; l < latents; l++) {
      const fires = sae.acts[n * latents + l] !== 0
      const present = truth.acts[n * features + bestMatch[l]!]! > 0
      const counts = present ? (fires ? tp : fn) : fires ? fp : tn
      counts[l]!++
    }
  }
  const ratio = (a: number, b: number) => (b > 0 ? a / b : 0)
  const precision = tp.map((value, l) => ratio(value, value + fp[l]!))
  const recall = tp.map((value, l) => ratio(value, value + fn[l]!))
  return {
    tp,
    fp,
    fn,
    tn,
    precision: mean(precision),
    recall: mean(recall),
    f1: mean(precision.map((p, l) => ratio(2 * p * recall[l]!, p + recall[l]!))),
    accuracy: mean(tp.map((value, l) => (value + tn[l]!) / samples)),
  }
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Latents that are 0 at every sample. `acts` [samples, latents]. */
export function deadLatents(acts: ArrayLike<number>, latents: number): number {
  const fired = new Uint8Array(latents)
  for (let at = 0; at < acts.length; at++) if (acts[at] !== 0) fired[at % latents] = 1
  return fired.reduce((count, value) => count + (value ? 0 : 1), 0)
}

/** Inputs shorter than this have no meaningful shrinkage. */
const MIN_LENGTH = 1e-6

/** Mean ‖y‖ / ‖x‖ over samples [samples, d] with ‖x‖ > 1e-6. */
export function shrinkage(x: ArrayLike<number>, y: ArrayLike<number>, d: number): number {
  let [sum, count] = [0, 0]
  for (let first = 0; first < x.length; first += d) {
    let [xx, yy] = [0, 0]
    for (let i = first; i < first + d; i++) {
      xx += x[i]! * x[i]!
      yy += y[i]! * y[i]!
    }
    if (Math.sqrt(xx) <= MIN_LENGTH) continue
    sum += Math.sqrt(yy / xx)
    count++
  }
  return sum / count
}
