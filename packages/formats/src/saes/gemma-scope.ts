// SAEs of Gemma Scope (Lieberum et al. 2024): the arrays of one `params.npz`, no configuration file. JumpReLU; b_dec is not subtracted
// from the input. What they read is said by their path alone: `gemma-scope-2b-pt-res/layer_N/width_16k/average_l0_X`.
import { FormatError } from '../errors.js'
import type { TensorSource } from '../safetensors/reader.js'
import { convertedCfg, matrixShape, type OpenedSae } from './layout.js'

export const GEMMA_SCOPE_WEIGHTS = 'params.npz'

/** Repositories of Gemma Scope by the last word of their names: what their SAEs read, and what a transcoder writes. */
const SITES: Readonly<Record<string, { in: string; out?: string }>> = {
  res: { in: 'hook_resid_post' },
  att: { in: 'attn.hook_z' },
  mlp: { in: 'hook_mlp_out' },
  transcoders: { in: 'ln2.hook_normalized', out: 'hook_mlp_out' },
}

/**
 * `path`: where params.npz lay. The site is set when the path names repository and layer; the layer alone is kept as it is.
 * @throws FormatError `sae_layout_invalid`, `safetensors_tensor_missing`, or `sae_layout_unsupported` for SAEs on embeddings, which
 * were trained on another scale.
 */
export function readGemmaScope(path: string, params: TensorSource): OpenedSae {
  const [dIn, dSae] = matrixShape(params, 'W_enc', path)
  const [, dOut] = matrixShape(params, 'W_dec', path)
  requireShapes(path, params, { W_dec: [dSae, dOut], b_enc: [dSae], b_dec: [dOut], threshold: [dSae] })
  if (/(?:^|\/)embedding(?:\/|$)/.test(path)) {
    throw new FormatError('sae_layout_unsupported', 'Gemma Scope SAEs on embeddings cannot be read', {
      file: path,
      hint: 'They expect embeddings on another scale. Those of layers can be read.',
    })
  }
  const { metadata, out } = gemmaScopePlace(path)
  const transcoder = out || dIn !== dOut
  return {
    layout: 'gemma_scope',
    cfg: {
      ...convertedCfg(metadata),
      architecture: transcoder ? 'jumprelu_transcoder' : 'jumprelu',
      d_in: dIn,
      d_sae: dSae,
      ...(transcoder ? { d_out: dOut } : {}),
      apply_b_dec_to_input: false,
    },
    weights: params,
  }
}

function requireShapes(file: string, params: TensorSource, wanted: Readonly<Record<string, readonly number[]>>): void {
  for (const [name, shape] of Object.entries(wanted)) {
    const found = params.info(name).shape
    if (found.join() === shape.join()) continue
    throw new FormatError(
      'sae_layout_invalid',
      `${name} is [${found.join(', ')}], [${shape.join(', ')}] was expected`,
      {
        file,
      },
    )
  }
}

/** L0 and model as the path states them: `average_l0_71`, `gemma-scope-2b-pt-res` (instruction-tuned ones are `it`). */
function statedBy(path: string): Record<string, unknown> {
  const l0 = /(?:^|\/)average_l0_(\d+)(?:\/|$)/.exec(path)?.[1]
  const [, size, tuning] = /gemma-scope-(\w+)-(pt|it)-/.exec(path) ?? []
  return {
    ...(l0 === undefined ? {} : { l0: Number(l0) }),
    ...(size === undefined ? {} : { model_name: `gemma-2-${size}${tuning === 'it' ? '-it' : ''}`, context_size: 1024 }),
  }
}

/** Works for a clone (`gemma-scope-2b-pt-res/...`) and for Hugging Face's cache (`models--google--gemma-scope-2b-pt-res/...`). */
export function gemmaScopePlace(path: string): { metadata: Record<string, unknown>; out: boolean } {
  const { metadata, out } = siteOf(path)
  return { metadata: { ...statedBy(path), ...metadata }, out }
}

function siteOf(path: string): { metadata: Record<string, unknown>; out: boolean } {
  const layer = /(?:^|\/)layer_(\d+)(?:\/|$)/.exec(path)?.[1]
  const kind = /gemma-scope-\w+-\w+-(res|att|mlp|transcoders)(?:-canonical)?(?:\/|$)/.exec(path)?.[1]
  const site = kind === undefined ? undefined : SITES[kind]
  if (layer === undefined) return { metadata: {}, out: site?.out !== undefined }
  if (!site) return { metadata: { hook_layer: Number(layer) }, out: false }
  const names = { hook_name: `blocks.${layer}.${site.in}` }
  if (site.out === undefined) return { metadata: names, out: false }
  return { metadata: { ...names, hook_name_out: `blocks.${layer}.${site.out}` }, out: true }
}
