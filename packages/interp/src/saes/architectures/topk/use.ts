// TopK SAEs (Gao et al. 2024) and AbsTopK as SAELens stores them: with rescale_acts_by_decoder_norm the pre-activations are multiplied
// by the decoder row norms and the rows divided by them.
import { z } from 'zod'
import { SaeError } from '../../errors.js'
import type { AffineArchitecture } from '../architecture.js'
import { AFFINE_TENSORS, fieldsOf, readAffine } from '../fields.js'

const TopkFieldsSchema = z.looseObject({
  k: z.int().min(1),
  /** SAELens leaves it out or false for inference files; saved trainings may carry true. */
  rescale_acts_by_decoder_norm: z.boolean().default(false),
})

export const topkFamily = (name: string, signed: boolean): AffineArchitecture => ({
  name,
  schema: TopkFieldsSchema,
  tensors: () => AFFINE_TENSORS,
  async load(cfg, tensors, output) {
    const { k, rescale_acts_by_decoder_norm: rescale } = fieldsOf(TopkFieldsSchema, cfg)
    if (k > cfg.d_sae) throw new SaeError('sae_invalid', `cfg.json: k ${k} exceeds d_sae ${cfg.d_sae}.`)
    const affine = await readAffine(cfg, tensors, output)
    const activation = { kind: 'topk', k, signed } as const
    if (!rescale) return { ...affine, activation }
    const norms = rowNorms(affine.decoderRows, affine.dOut)
    const decoderRows = dividedRows(affine.decoderRows, norms, affine.dOut)
    return { ...affine, preScale: norms, decoderRows, activation }
  },
})

export const use = topkFamily('topk', false)

/** L2 norm of every row of [rows, width], summed in double precision. */
function rowNorms(rows: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: rows.length / width }, (_, j) => {
    let square = 0
    for (let i = j * width; i < (j + 1) * width; i++) square += rows[i]! * rows[i]!
    return Math.sqrt(square)
  })
}

/** Rows divided by their norms; a row of zeros stays zero (its feature can never be positive). */
function dividedRows(rows: Float32Array, norms: Float32Array, width: number): Float32Array {
  return rows.map((value, i) => {
    const norm = norms[Math.floor(i / width)]!
    return norm > 0 ? value / norm : 0
  })
}
