// SAEs of Gemma Scope (Lieberum et al. 2024): the arrays of one `params.npz`, no configuration file. JumpReLU; b_dec is not subtracted
// from the input. The site is in the path: `layer_N/width_16k/average_l0_X`.
import type { TensorSource } from '../safetensors/reader.js'
import { convertedCfg, matrixShape, type OpenedSae } from './layout.js'

/** `params`: the arrays of params.npz. `path`: where it lay, for the layer. @throws FormatError `sae_layout_invalid`. */
export function readGemmaScope(path: string, params: TensorSource): OpenedSae {
  const [dIn, dSae] = matrixShape(params, 'W_enc', path)
  const layer = /(?:^|\/)layer_(\d+)(?:\/|$)/.exec(path)?.[1]
  return {
    layout: 'gemma_scope',
    cfg: {
      ...convertedCfg(layer === undefined ? {} : { hook_name: `blocks.${layer}.hook_resid_post` }),
      ...{ architecture: 'jumprelu', d_in: dIn, d_sae: dSae, apply_b_dec_to_input: false },
    },
    weights: params,
  }
}
