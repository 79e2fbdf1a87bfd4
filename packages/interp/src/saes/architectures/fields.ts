// Reading the fields and tensors that several architectures share.
import type { TensorSource } from '@mistudio/formats'
import { z } from 'zod'
import type { SaeCfg } from '../config.js'
import { SaeError } from '../errors.js'
import { readTensor } from '../tensors.js'
import type { AffineSae, RunTimeNormalisation } from './architecture.js'

/** Of architectures without fields of their own. */
export const NoFieldsSchema = z.looseObject({})

/** Tensors of an SAE whose encoder is one product. */
export const AFFINE_TENSORS = ['W_enc', 'b_enc', 'W_dec', 'b_dec']

/** Fields of cfg.json that only some architectures have. @throws SaeError `sae_invalid` naming the field. */
export function fieldsOf<T>(schema: z.ZodType<T>, cfg: SaeCfg): T {
  const parsed = schema.safeParse(cfg)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new SaeError(
    'sae_invalid',
    `cfg.json of a ${cfg.architecture} SAE: ${issue?.path.join('.')}: ${issue?.message}. Export the SAE again.`,
  )
}

const AT_RUN_TIME = ['layer_norm', 'constant_norm_rescale'] as const
/** The trainer's own normalisations do nothing inside an SAE: SAELens computes such files like "none". */
const FOLDED = ['none', 'expected_average_only_in', 'covariance_whitening']

/** @throws SaeError `sae_unsupported` for a normalisation that is not known. */
export function normalisationOf(cfg: SaeCfg): RunTimeNormalisation {
  const name = cfg.normalize_activations
  const found = AT_RUN_TIME.find((kind) => kind === name)
  if (found) return found
  if (FOLDED.includes(name)) return 'none'
  throw new SaeError(
    'sae_unsupported',
    `normalize_activations "${name}" is not supported by ${cfg.architecture} SAEs.`,
    {
      value: name,
    },
  )
}

/** All of an affine SAE but its activation function. `dOut` and `transcoder` are set for transcoders. */
export async function readAffine(
  cfg: SaeCfg,
  tensors: TensorSource,
  options: { readonly bias?: boolean; readonly dOut?: number; readonly transcoder?: boolean } = {},
): Promise<Omit<AffineSae, 'activation'>> {
  const { d_in: dIn, d_sae: dSae } = cfg
  const dOut = options.dOut ?? dIn
  const transcoder = options.transcoder ?? false
  const bDec = await readTensor(tensors, 'b_dec', [dOut])
  if (transcoder && cfg.apply_b_dec_to_input) {
    throw new SaeError('sae_invalid', 'cfg.json of a transcoder cannot set apply_b_dec_to_input.')
  }
  return {
    kind: 'affine',
    dOut,
    transcoder,
    normalisation: normalisationOf(cfg),
    inputBias: cfg.apply_b_dec_to_input ? bDec : null,
    wEnc: await readTensor(tensors, 'W_enc', [dIn, dSae]),
    bEnc: options.bias === false ? new Float32Array(dSae) : await readTensor(tensors, 'b_enc', [dSae]),
    preScale: null,
    decoderRows: await readTensor(tensors, 'W_dec', [dSae, dOut]),
    bDec,
    wSkip: null,
  }
}
