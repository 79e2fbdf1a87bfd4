// SAEs of EleutherAI's sparsify: `cfg.json` and `sae.safetensors` in a folder named after the hookpoint. TopK; as transcoders or with a
// skip connection too. The encoder is stored transposed; plain SAEs subtract b_dec from the input, transcoders do not.
import { basename } from 'node:path'
import { z } from 'zod'
import { FormatError } from '../errors.js'
import type { TensorSource } from '../safetensors/reader.js'
import { DerivedTensors, scaledTensor, transposedTensor } from './derived.js'
import { unknownField } from './known-fields.js'
import { convertedCfg, matrixShape, type OpenedSae, parseLayout, requireNoOthers } from './layout.js'

export const SPARSIFY_WEIGHTS = 'sae.safetensors'

const CfgSchema = z.looseObject({
  d_in: z.int().min(1),
  k: z.int().min(1),
  activation: z.string().default('topk'),
  skip_connection: z.boolean().default(false),
  transcode: z.boolean().default(false),
  num_latents: z.int().min(0).default(0),
  // What only the training looks at.
  expansion_factor: z.number().optional(),
  normalize_decoder: z.boolean().optional(),
  multi_topk: z.boolean().optional(),
})

/** @throws FormatError `sae_layout_invalid`, or `sae_layout_unsupported` for an activation other than topk and for fields not known. */
export function sparsifyCfg(json: unknown, folder: string): z.infer<typeof CfgSchema> {
  const cfg = parseLayout(CfgSchema, json, folder)
  if (cfg.activation !== 'topk') {
    throw new FormatError(
      'sae_layout_unsupported',
      `sparsify SAEs with activation "${cfg.activation}" cannot be read`,
      {
        file: folder,
        where: 'activation',
        hint: 'Only topk can.',
      },
    )
  }
  const unknown = unknownField(cfg, (name) => name in CfgSchema.shape)
  if (unknown) {
    throw new FormatError('sae_layout_unsupported', `${unknown.name}: ${unknown.value} is not known of sparsify SAEs`, {
      file: folder,
      where: unknown.name,
      hint: 'What it switches on could change what the SAE computes. Remove the field if it only describes the SAE.',
    })
  }
  if (cfg.skip_connection && !cfg.transcode) {
    throw new FormatError(
      'sae_layout_unsupported',
      'A skip connection in an SAE that is no transcoder cannot be read',
      {
        file: folder,
        where: 'skip_connection',
      },
    )
  }
  return cfg
}

/** Errors as {@link sparsifyCfg}, and for tensors that are not known. */
export function readSparsify(folder: string, json: unknown, weights: TensorSource): OpenedSae {
  const cfg = sparsifyCfg(json, folder)
  const [dSae, dIn] = matrixShape(weights, 'encoder.weight', folder)
  const [, dOut] = matrixShape(weights, 'W_dec', folder)
  if (dIn !== cfg.d_in) {
    throw new FormatError('sae_layout_invalid', `encoder.weight reads ${dIn} values, cfg.json says ${cfg.d_in}`, {
      file: folder,
    })
  }
  if (cfg.num_latents > 0 && cfg.num_latents !== dSae) {
    const message = `encoder.weight has ${dSae} latents, cfg.json says ${cfg.num_latents}`
    throw new FormatError('sae_layout_invalid', message, { file: folder })
  }
  requireNoOthers(
    weights,
    ['encoder.weight', 'encoder.bias', 'W_dec', 'b_dec', ...(cfg.skip_connection ? ['W_skip'] : [])],
    folder,
  )
  const transcoder = cfg.skip_connection ? 'topk_skip_transcoder' : 'topk_transcoder'
  return {
    layout: 'sparsify',
    cfg: {
      ...convertedCfg(sparsifyPlace(basename(folder), cfg.transcode)),
      architecture: cfg.transcode ? transcoder : 'topk',
      d_in: dIn,
      d_sae: dSae,
      k: cfg.k,
      rescale_acts_by_decoder_norm: false,
      apply_b_dec_to_input: !cfg.transcode,
      ...(cfg.transcode ? { d_out: dOut } : {}),
    },
    weights: new DerivedTensors(
      {
        W_enc: transposedTensor(weights, 'encoder.weight'),
        b_enc: scaledTensor(weights, 'encoder.bias'),
        W_dec: scaledTensor(weights, 'W_dec'),
        b_dec: scaledTensor(weights, 'b_dec'),
        ...(cfg.skip_connection ? { W_skip: scaledTensor(weights, 'W_skip') } : {}),
      },
      folder,
    ),
  }
}

/** Site of a hookpoint, where it is one of the usual; the hookpoint itself is kept in any case. */
export function sparsifyPlace(hookpoint: string, transcode: boolean): Record<string, unknown> {
  const [, layer, mlp] = /^(?:layers|h)\.(\d+)(\.mlp)?$/.exec(hookpoint) ?? []
  const known = layer !== undefined && !transcode
  return {
    hookpoint,
    ...(known ? { hook_name: `blocks.${layer}.${mlp ? 'hook_mlp_out' : 'hook_resid_post'}` } : {}),
  }
}
