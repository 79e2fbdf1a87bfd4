// Resampling of dead features in a job: when it is due, and how badly each token of a sample is reconstructed by the SAE as it would be
// saved. What happens to the features is `resampleDead` of the training reference.
import type { TrainingParams } from '@mistudio/contracts'
import { MemoryTensors } from '@mistudio/formats'
import { type ExportedSae, Sae } from '@mistudio/interp/saes'
import { runtime } from '../../runtime/index.js'

/** Whether dead features begin again after step `done`. */
export function resamplingDue(params: TrainingParams, done: number): boolean {
  const { revival, resampleEvery, resampleUntil, steps } = params
  if (revival !== 'resampling' || done === 0 || done >= steps) return false
  return done % resampleEvery === 0 && done <= resampleUntil * steps
}

/** Squared error of each token: x [tokens, d_in] and target [tokens, d_out], raw activations. */
export async function tokenLosses(
  { cfg, tensors }: ExportedSae,
  x: Float32Array,
  target: Float32Array,
  threads: number,
): Promise<Float64Array> {
  const sae = await Sae.load(cfg, new MemoryTensors(tensors), runtime, { threads })
  try {
    const tokens = x.length / sae.dIn
    const code = await sae.encode(x, tokens, { seq: tokens })
    const out = sae.reconstruct(x, code)
    const losses = new Float64Array(tokens)
    for (let at = 0; at < out.length; at++) losses[Math.floor(at / sae.dOut)]! += (out[at]! - target[at]!) ** 2
    return losses
  } finally {
    await sae.release()
  }
}
