// TopK SAEs (Gao et al. 2024) as SAELens stores them: k largest pre-activations per token, rectified; with
// rescale_acts_by_decoder_norm the pre-activations are multiplied by the decoder row norms and the rows divided by them.
import { z } from 'zod'
import type { SaeCfg } from '../config.js'
import { topkEncoderGraph } from '../encoder-graph.js'
import { SaeError } from '../errors.js'
import { readTensor } from '../tensors.js'
import type { SaeArchitecture } from './architecture.js'

const TopkFieldsSchema = z.looseObject({
  k: z.number().int().min(1),
  /** SAELens leaves it out or false for inference files; saved trainings may carry true. */
  rescale_acts_by_decoder_norm: z.boolean().default(false),
})

function fieldsOf(cfg: SaeCfg): z.infer<typeof TopkFieldsSchema> {
  const parsed = TopkFieldsSchema.safeParse(cfg)
  const issue = parsed.error?.issues[0]
  if (issue) throw new SaeError('sae_invalid', `cfg.json of a topk SAE: ${issue.path.join('.')}: ${issue.message}.`)
  if (parsed.data!.k > cfg.d_sae)
    throw new SaeError('sae_invalid', `cfg.json: k ${parsed.data!.k} exceeds d_sae ${cfg.d_sae}.`)
  return parsed.data!
}

export const topk: SaeArchitecture = {
  name: 'topk',
  async load(cfg, tensors) {
    const { k, rescale_acts_by_decoder_norm: rescale } = fieldsOf(cfg)
    const { d_in: dIn, d_sae: dSae } = cfg
    const wEnc = await readTensor(tensors, 'W_enc', [dIn, dSae])
    const wDec = await readTensor(tensors, 'W_dec', [dSae, dIn])
    const bEnc = await readTensor(tensors, 'b_enc', [dSae])
    const bDec = await readTensor(tensors, 'b_dec', [dIn])
    const norms = rescale ? rowNorms(wDec, dIn) : null
    const encoder = topkEncoderGraph({ dIn, dSae, k, wEnc, bEnc, bDec: cfg.apply_b_dec_to_input ? bDec : null, norms })
    return { k, encoder, decoderRows: norms ? dividedRows(wDec, norms, dIn) : wDec, bDec }
  },
}

/** L2 norm of every row of [rows, width], summed in double precision. */
export function rowNorms(rows: Float32Array, width: number): Float32Array {
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
