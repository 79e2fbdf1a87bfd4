// A ground-truth dictionary problem (samples made of known features) and the scores of an SAE on it.
import type { TensorSource } from '@mistudio/formats'
import type { Runtime } from '@mistudio/onnx'
import { reconstructionQuality } from '../quality/reconstruction.js'
import { Sae } from '../sae.js'
import { denseCode } from '../sparse.js'
import {
  type Classification,
  classify,
  type DictionaryMatch,
  deadLatents,
  type GroundTruth,
  matchDictionary,
  shrinkage,
} from './scores.js'

export interface GroundTruthProblem extends GroundTruth {
  /** Samples, [samples, d] = acts · vectors + bias. */
  readonly x: Float32Array
  readonly bias: Float32Array
  readonly d: number
  readonly samples: number
}

/**
 * Reads `x` [samples, d], `feature_vectors` [features, d], `bias` [d] and the feature activations as triples `acts.{row,column,value}`.
 * @throws FormatError `safetensors_tensor_missing`.
 */
export async function groundTruthProblem(file: TensorSource): Promise<GroundTruthProblem> {
  const [samples = 0, d = 0] = file.info('x').shape
  const [features = 0] = file.info('feature_vectors').shape
  const [row, column, value] = await Promise.all([
    file.float32('acts.row'),
    file.float32('acts.column'),
    file.float32('acts.value'),
  ])
  const acts = new Float32Array(samples * features)
  value.forEach((firing, n) => {
    acts[row[n]! * features + column[n]!] = firing
  })
  const [x, vectors, bias] = await Promise.all([
    file.float32('x'),
    file.float32('feature_vectors'),
    file.float32('bias'),
  ])
  return { x, vectors, bias, acts, d, samples }
}

/** By the names of SAELens's synthetic evaluation. */
export interface GroundTruthScores {
  /** Mean features present per sample, and mean latents firing. */
  readonly true_l0: number
  readonly sae_l0: number
  readonly dead_latents: number
  readonly shrinkage: number
  readonly explained_variance: number
  readonly mcc: number
  readonly uniqueness: number
}

/** All scores of an SAE, given as configuration and weights for inference, over every sample of the problem. */
export async function scoreOnGroundTruth(
  cfg: unknown,
  weights: TensorSource,
  problem: GroundTruthProblem,
  runtime: Runtime,
): Promise<{ match: DictionaryMatch; scores: GroundTruthScores; detection: Classification }> {
  const { x, d, samples } = problem
  const sae = await Sae.load(cfg, weights, runtime, { threads: 1 })
  try {
    const code = await sae.encode(x, samples, { seq: samples })
    const acts = denseCode(code, sae.dSae)
    const y = sae.reconstruct(x, code)
    const wDec = await weights.float32('W_dec')
    const match = matchDictionary(wDec, problem.vectors, d)
    const quality = reconstructionQuality([{ tokens: samples, x, y, acts }])
    const present = Array.from(problem.acts).filter((value) => value > 0).length
    return {
      match,
      detection: classify({ wDec, acts }, problem, match.bestMatch),
      scores: {
        true_l0: present / samples,
        sae_l0: quality.l0,
        dead_latents: deadLatents(acts, sae.dSae),
        shrinkage: shrinkage(x, y, d),
        explained_variance: quality.explainedVariance,
        mcc: match.mcc,
        uniqueness: match.uniqueness,
      },
    }
  } finally {
    await sae.release()
  }
}
