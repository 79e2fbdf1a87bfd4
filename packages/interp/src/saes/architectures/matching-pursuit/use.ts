// Matching-pursuit SAEs as SAELens stores them: decoder and b_dec only.
import { z } from 'zod'
import { readTensor } from '../../tensors.js'
import type { SaeArchitecture } from '../architecture.js'
import { fieldsOf, normalisationOf } from '../fields.js'

const FieldsSchema = z.looseObject({
  residual_threshold: z.number().min(0).default(0.01),
  /** null: d_in. */
  max_iterations: z.int().min(1).nullable().default(null),
  stop_on_duplicate_support: z.boolean().default(true),
})

export const use: SaeArchitecture = {
  name: 'matching_pursuit',
  schema: FieldsSchema,
  tensors: () => ['W_dec', 'b_dec'],
  async load(cfg, tensors) {
    const fields = fieldsOf(FieldsSchema, cfg)
    const bias = await readTensor(tensors, 'b_dec', [cfg.d_in])
    const applied = cfg.apply_b_dec_to_input ? bias : null
    return {
      kind: 'pursuit',
      normalisation: normalisationOf(cfg),
      dOut: cfg.d_in,
      decoderRows: await readTensor(tensors, 'W_dec', [cfg.d_sae, cfg.d_in]),
      // b_dec is added at the output only where it is subtracted from the input.
      bDec: applied,
      inputBias: applied,
      options: {
        residualThreshold: fields.residual_threshold,
        maxIterations: fields.max_iterations ?? cfg.d_in,
        stopOnDuplicateSupport: fields.stop_on_duplicate_support,
      },
    }
  },
}
