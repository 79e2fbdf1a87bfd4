// SAEs of Llama Scope (He et al. 2024): `hyperparams.json` and `checkpoints/final.safetensors`. JumpReLU with one threshold, trained on
// activations scaled to norm √d; the scale is folded into the weights here.
import { z } from 'zod'
import { FormatError } from '../errors.js'
import type { TensorSource } from '../safetensors/reader.js'
import { constantTensor, DerivedTensors, scaledTensor, transposedTensor } from './derived.js'
import { convertedCfg, matrixShape, type OpenedSae, parseLayout } from './layout.js'

export const LLAMA_SCOPE_CFG = 'hyperparams.json'
export const LLAMA_SCOPE_WEIGHTS = 'checkpoints/final.safetensors'

const CfgSchema = z.looseObject({
  d_model: z.int().min(1),
  d_sae: z.int().min(1),
  act_fn: z.string().default('jumprelu'),
  jump_relu_threshold: z.number(),
  hook_point_in: z.string(),
  hook_point_out: z.string().optional(),
  apply_decoder_bias_to_pre_encoder: z.boolean().default(false),
  norm_activation: z.string().default('dataset-wise'),
  use_glu_encoder: z.boolean().default(false),
  dataset_average_activation_norm: z.looseObject({ in: z.number().positive(), out: z.number().positive().optional() }),
})

/** @throws FormatError `sae_layout_invalid`, or `sae_layout_unsupported` for another activation, normalisation or encoder. */
export function llamaScopeCfg(json: unknown, folder: string): z.infer<typeof CfgSchema> {
  const cfg = parseLayout(CfgSchema, json, folder)
  for (const [field, value, known] of [
    ['act_fn', cfg.act_fn, 'jumprelu'],
    ['norm_activation', cfg.norm_activation, 'dataset-wise'],
    ['use_glu_encoder', String(cfg.use_glu_encoder), 'false'],
  ] as const) {
    if (value === known) continue
    throw new FormatError('sae_layout_unsupported', `Llama Scope SAEs with ${field} "${value}" cannot be read`, {
      file: folder,
      where: field,
      hint: `Only ${known} can.`,
    })
  }
  return cfg
}

/** Errors as {@link llamaScopeCfg}. */
export function readLlamaScope(folder: string, json: unknown, weights: TensorSource): OpenedSae {
  const cfg = llamaScopeCfg(json, folder)
  const [dSae, dIn] = matrixShape(weights, 'encoder.weight', folder)
  if (dIn !== cfg.d_model || dSae !== cfg.d_sae) {
    const said = `${cfg.d_model} and ${cfg.d_sae}`
    throw new FormatError('sae_layout_invalid', `encoder.weight is ${dSae} × ${dIn}, ${LLAMA_SCOPE_CFG} says ${said}`, {
      file: folder,
    })
  }
  const transcoder = cfg.hook_point_out !== undefined && cfg.hook_point_out !== cfg.hook_point_in
  const norms = cfg.dataset_average_activation_norm
  const scaleIn = Math.sqrt(cfg.d_model) / norms.in
  const scaleOut = Math.sqrt(cfg.d_model) / (transcoder ? (norms.out ?? norms.in) : norms.in)
  const bias = weights.names().includes('decoder.bias')
  return {
    layout: 'llama_scope',
    cfg: {
      ...convertedCfg({ hook_name: cfg.hook_point_in, ...(transcoder ? { hook_name_out: cfg.hook_point_out } : {}) }),
      architecture: transcoder ? 'jumprelu_transcoder' : 'jumprelu',
      d_in: dIn,
      d_sae: dSae,
      ...(transcoder ? { d_out: dIn } : {}),
      apply_b_dec_to_input: cfg.apply_decoder_bias_to_pre_encoder && !transcoder,
    },
    weights: new DerivedTensors(
      {
        W_enc: transposedTensor(weights, 'encoder.weight', scaleIn),
        b_enc: scaledTensor(weights, 'encoder.bias'),
        W_dec: transposedTensor(weights, 'decoder.weight', 1 / scaleOut),
        b_dec: bias ? scaledTensor(weights, 'decoder.bias', 1 / scaleOut) : constantTensor(dIn, 0),
        threshold: constantTensor(dSae, cfg.jump_relu_threshold),
      },
      folder,
    ),
  }
}
