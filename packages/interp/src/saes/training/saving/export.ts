// A trained SAE as an inference SAE in SAELens's layout (`save_inference_model`): decoder norms folded, batch top-k turned into jumprelu.
// What SAELens has no architecture for keeps a name of ours: topk_transcoder, gated_skip_transcoder, jumprelu_crosscoder ...
import { kindOf } from '../../architectures/table.js'
import { SaeError } from '../../errors.js'
import { isTranscoderCfg, parseFields, type TrainingCfg, TrainingCfgSchema } from '../cfg.js'
import { dot, type Floats } from '../math/linear.js'
import { decoderNorms, type Layout, layoutOf } from '../pieces.js'
import { inferenceCfgFields } from './export-cfg.js'

/** An SAE file: configuration and tensors by SAELens's names. */
export interface ExportedSae {
  /** Content of cfg.json. */
  readonly cfg: Record<string, unknown> & {
    readonly d_in: number
    readonly d_sae: number
    readonly architecture: string
  }
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>
}

/**
 * Exports parameters as trained (SAELens's names and orientation; not changed) for inference. `topkThreshold`: the running threshold of
 * the batch top-k architectures.
 * @throws SaeError `training_invalid` for a cfg that is none of a training, or a normalisation that was not folded in yet.
 */
export function exportForInference(
  trainingCfg: unknown,
  parameters: Readonly<Record<string, Floats>>,
  topkThreshold = 0,
): ExportedSae {
  const cfg = withRescaling(parseFields(TrainingCfgSchema, trainingCfg, 'training'))
  const layout = layoutOf(cfg)
  const tensors = Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [name, Float32Array.from(values)]),
  )
  if (cfg['rescale_acts_by_decoder_norm'] === true) foldNorms(layout, tensors)
  if (kindOf(cfg.architecture)?.batchThreshold) tensors['threshold'] = new Float32Array(layout.dSae).fill(topkThreshold)
  if (layout.skip && layout.applyBDec) moveBiasIntoEncoder(layout, tensors)
  return {
    cfg: { ...inferenceCfgFields(cfg), d_in: cfg.d_in, d_sae: cfg.d_sae, architecture: inferenceArchitecture(cfg) },
    tensors: Object.fromEntries(
      Object.entries(tensors).map(([name, data]) => [name, { shape: shapeOf(name, layout), data }]),
    ),
  }
}

/** Trainings that rank by norm rescale unless their configuration says no; inference files do not unless theirs says yes. */
const withRescaling = (cfg: TrainingCfg): TrainingCfg =>
  kindOf(cfg.architecture)?.ranksByNorm
    ? { ...cfg, rescale_acts_by_decoder_norm: cfg['rescale_acts_by_decoder_norm'] ?? true }
    : cfg

/** W_enc and b_enc times the norms, W_dec divided by them: activations and reconstructions stay as in training. */
function foldNorms(layout: Layout, tensors: Record<string, Float32Array>): void {
  const { dSae, dOut } = layout
  const wDec = tensors['W_dec']!
  const norms = decoderNorms(layout, wDec)
  wDec.forEach((value, at) => {
    const norm = norms[Math.floor(at / dOut)]!
    if (norm > 0) wDec[at] = value / norm
  })
  for (const name of ['W_enc', 'b_enc']) {
    const values = tensors[name]!
    values.forEach((value, at) => {
      values[at] = value * norms[at % dSae]!
    })
  }
}

/** (x − b_dec) W_enc = x W_enc − b_dec W_enc: formats with a skip connection do not subtract b_dec. */
function moveBiasIntoEncoder({ dIn, dSae }: Layout, tensors: Record<string, Float32Array>): void {
  const [wEnc, bDec] = [tensors['W_enc']!, tensors['b_dec']!]
  const column = new Float64Array(dIn)
  const shift = Float64Array.from({ length: dSae }, (_, j) => {
    for (let i = 0; i < dIn; i++) column[i] = wEnc[i * dSae + j]!
    return dot(column, bDec)
  })
  const scales = tensors['r_mag']?.map(Math.exp)
  for (const name of ['b_enc', 'b_gate', 'b_mag']) {
    const bias = tensors[name]
    bias?.forEach((value, j) => {
      bias[j] = value - shift[j]! * (name === 'b_mag' ? scales![j]! : 1)
    })
  }
}

function inferenceArchitecture(cfg: TrainingCfg): string {
  const name = kindOf(cfg.architecture)?.savedAs ?? cfg.architecture
  const prefix = kindOf(name)?.family?.prefix ?? `${name}_`
  if (isTranscoderCfg(cfg)) return `${prefix}${cfg.skip_connection ? 'skip_' : ''}transcoder`
  return cfg.site_widths && cfg.site_widths.length > 1 ? `${prefix}crosscoder` : name
}

function shapeOf(name: string, { dIn, dOut, dSae }: Layout): readonly number[] {
  const shapes: Record<string, readonly number[]> = {
    W_enc: [dIn, dSae],
    W_dec: [dSae, dOut],
    W_skip: [dOut, dIn],
    b_dec: [dOut],
  }
  return shapes[name] ?? [dSae]
}

/** log10(density + 1e-10) per feature, as `sparsity.safetensors` holds it. `firedTokens` [d_sae] of `tokens` tokens. */
export function logSparsity(firedTokens: ArrayLike<number>, tokens: number): Float32Array {
  if (tokens <= 0) throw new SaeError('training_invalid', 'Sparsity needs at least one token.')
  return Float32Array.from(firedTokens, (fired) => Math.log10(fired / tokens + 1e-10))
}
