// Temporal SAEs (temporal feature analysis, as SAELens stores them): attention over earlier tokens' codes predicts part of an
// activation, a sparse code holds the rest.
import type { TensorSource } from '@mistudio/formats'
import { z } from 'zod'
import type { SaeCfg } from '../../config.js'
import { readTensor } from '../../tensors.js'
import type { Projection, SaeArchitecture, TemporalSae } from '../architecture.js'
import { fieldsOf, normalisationOf } from '../fields.js'

const FieldsSchema = z
  .looseObject({
    d_sae: z.int(),
    n_heads: z.int().min(1).default(8),
    n_attn_layers: z.int().min(1).default(1),
    /** Width of queries and keys is d_sae / bottleneck_factor. */
    bottleneck_factor: z.int().min(1).default(64),
    sae_diff_type: z.enum(['relu', 'topk']).default('topk'),
    /** null under "topk": every positive activation is kept. */
    kval_topk: z.int().min(1).nullable().default(null),
    tied_weights: z.boolean().default(true),
    activation_normalization_factor: z.number().positive().default(1),
  })
  .refine(({ d_sae, n_heads, bottleneck_factor: b }) => d_sae % n_heads === 0 && (d_sae / b) % n_heads === 0, {
    error: 'd_sae and d_sae / bottleneck_factor must be multiples of the heads',
    path: ['n_heads'],
  })

const PROJECTIONS = ['q_target', 'k_ctx', 'v_ctx', 'c_proj']

export const use: SaeArchitecture = {
  name: 'temporal',
  schema: FieldsSchema,
  tensors(cfg) {
    const { n_attn_layers: layers, tied_weights: tied } = fieldsOf(FieldsSchema, cfg)
    const attention = Array.from({ length: layers }, (_, layer) =>
      PROJECTIONS.flatMap((name) => ['weight', 'bias'].map((part) => `attn_layers.${layer}.${name}.${part}`)),
    )
    return ['W_dec', 'b_dec', ...(tied ? [] : ['W_enc']), ...attention.flat()]
  },
  async load(cfg, tensors) {
    const fields = fieldsOf(FieldsSchema, cfg)
    const { d_in: dIn, d_sae: dSae } = cfg
    const narrow = dSae / fields.bottleneck_factor
    const decoderRows = await readTensor(tensors, 'W_dec', [dSae, dIn])
    const bias = await readTensor(tensors, 'b_dec', [dIn])
    const layers = []
    for (let layer = 0; layer < fields.n_attn_layers; layer++) {
      const part = (name: string, out: number) => projection(tensors, `attn_layers.${layer}.${name}`, out, dSae)
      layers.push({
        query: await part('q_target', narrow),
        key: await part('k_ctx', narrow),
        value: await part('v_ctx', dSae),
        output: await part('c_proj', dSae),
      })
    }
    return {
      kind: 'temporal',
      dOut: dIn,
      decoderRows,
      bDec: !fields.tied_weights || cfg.apply_b_dec_to_input ? bias : null,
      inputBias: cfg.apply_b_dec_to_input ? bias : null,
      wEnc: fields.tied_weights ? transposed(decoderRows, dSae, dIn) : await readTensor(tensors, 'W_enc', [dIn, dSae]),
      layers,
      heads: fields.n_heads,
      k: fields.sae_diff_type === 'topk' ? fields.kval_topk : null,
      ...scaleOf(cfg, fields.activation_normalization_factor),
    }
  },
}

/** Temporal SAEs know one more normalisation than all others: by a number of the configuration. */
function scaleOf(cfg: SaeCfg, factor: number): Pick<TemporalSae, 'normalisation' | 'factor'> {
  if (cfg.normalize_activations === 'constant_scalar_rescale') return { normalisation: 'none', factor }
  return { normalisation: normalisationOf(cfg), factor: 1 }
}

async function projection(source: TensorSource, name: string, out: number, into: number): Promise<Projection> {
  return {
    weight: await readTensor(source, `${name}.weight`, [out, into]),
    bias: await readTensor(source, `${name}.bias`, [out]),
  }
}

/** [rows, columns] → [columns, rows]. */
function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = matrix[r * columns + c]!
  return out
}
