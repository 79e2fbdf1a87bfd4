// The final norm with its weights: what the unembedding reads, from the normalised value that is a site.
import type { NormPlan } from '../models/plan.js'

/** `normalised × scale + bias`, each [d_model]. */
export interface FinalNorm {
  readonly scale: Float32Array
  readonly bias: Float32Array | null
}

/** Reads the weights of the final norm; `read` finds a tensor by its name in the plan. */
export async function readFinalNorm(norm: NormPlan, read: (name: string) => Promise<Float32Array>): Promise<FinalNorm> {
  const weight = await read(norm.weight.name)
  const bias = norm.bias === null ? null : await read(norm.bias.name)
  return { scale: norm.offset === 0 ? weight : weight.map((value) => value + norm.offset), bias }
}

/** Normalised values [.., d_model] times scale plus bias. */
export const weightedNorm = (normalised: Float32Array, { scale, bias }: FinalNorm): Float32Array =>
  normalised.map((value, i) => value * scale[i % scale.length]! + (bias?.[i % scale.length] ?? 0))
