// A trained TopK SAE in SAELens's orientation, folded for inference as SAELens `save_inference_model` does.
import { rowNorms } from './architectures/topk.js'
import type { TopkTrainingConfig } from './config.js'
import type { TrainState } from './train-step.js'

/** One tensor of `sae_weights.safetensors`. */
export interface SaeTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export interface InferenceSae {
  /** Content of cfg.json. */
  readonly cfg: Record<string, unknown> & {
    readonly d_in: number
    readonly d_sae: number
    readonly architecture: string
  }
  readonly tensors: readonly SaeTensor[]
}

/**
 * With rescaling by decoder norms n: W_enc and b_enc times n, W_dec divided by n, and the flag stays (n is then 1). The activations
 * are the same as in training. `metadata` becomes the cfg's metadata (hook_name, model_name, context_size ...).
 */
export function inferenceSae(
  state: TrainState,
  config: TopkTrainingConfig,
  metadata: Record<string, unknown>,
): InferenceSae {
  const { dIn, dSae, k } = config
  const norms = config.rescaleByDecoderNorm ? rowNorms(state.wDec, dIn) : new Float32Array(dSae).fill(1)
  const wEnc = new Float32Array(dIn * dSae)
  const wDec = new Float32Array(dSae * dIn)
  for (let j = 0; j < dSae; j++) {
    const norm = norms[j]!
    for (let i = 0; i < dIn; i++) {
      wEnc[i * dSae + j] = state.wEnc[j * dIn + i]! * norm
      wDec[j * dIn + i] = norm > 0 ? state.wDec[j * dIn + i]! / norm : 0
    }
  }
  const cfg = {
    architecture: 'topk',
    d_in: dIn,
    d_sae: dSae,
    k,
    rescale_acts_by_decoder_norm: config.rescaleByDecoderNorm,
    dtype: 'float32',
    device: 'cpu',
    apply_b_dec_to_input: config.applyBDecToInput,
    normalize_activations: 'none',
    reshape_activations: 'none',
    metadata,
  }
  return {
    cfg,
    tensors: [
      { name: 'W_enc', shape: [dIn, dSae], data: wEnc },
      { name: 'W_dec', shape: [dSae, dIn], data: wDec },
      { name: 'b_enc', shape: [dSae], data: state.bEnc.map((value, j) => value * norms[j]!) },
      { name: 'b_dec', shape: [dIn], data: state.bDec.slice() },
    ],
  }
}
