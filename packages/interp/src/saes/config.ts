// What an SAE is, as SAELens v6 writes it in cfg.json. Read in read.ts.
import { z } from 'zod'

/** cfg.json of a SAELens SAE; fields of single architectures are checked by their files under `architectures/`. */
export const SaeCfgSchema = z.looseObject({
  architecture: z.string(),
  d_in: z.int().min(1),
  d_sae: z.int().min(1),
  dtype: z.string().default('float32'),
  /** As in SAELens, which subtracts b_dec unless the file says no. */
  apply_b_dec_to_input: z.boolean().default(true),
  normalize_activations: z.string().default('none'),
  reshape_activations: z.string().default('none'),
  /** SAELens before 6: activations are multiplied by a factor per feature before they are decoded. */
  finetuning_scaling_factor: z.boolean().optional(),
  metadata: z.looseObject({ hook_name: z.string().optional(), model_name: z.string().optional() }).default({}),
})
export type SaeCfg = z.infer<typeof SaeCfgSchema>
