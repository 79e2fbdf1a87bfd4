// What an SAE is, as SAELens v6 writes it in cfg.json. Checked here, interpreted elsewhere.
import { z } from 'zod'
import { SaeError } from './errors.js'
import { modernCfg } from './legacy.js'

/** cfg.json of a SAELens SAE; fields of single architectures are read by their files under `architectures/`. */
export const SaeCfgSchema = z.looseObject({
  architecture: z.string(),
  d_in: z.int().min(1),
  d_sae: z.int().min(1),
  dtype: z.string().default('float32'),
  apply_b_dec_to_input: z.boolean(),
  normalize_activations: z.string().default('none'),
  reshape_activations: z.string().default('none'),
  metadata: z.looseObject({ hook_name: z.string().optional(), model_name: z.string().optional() }).default({}),
})
export type SaeCfg = z.infer<typeof SaeCfgSchema>

/** @throws SaeError `sae_invalid` naming the field. */
export function parseSaeCfg(value: unknown): SaeCfg {
  const parsed = SaeCfgSchema.safeParse(modernCfg(value))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.') || 'cfg.json'
  throw new SaeError('sae_invalid', `The SAE's cfg.json is not usable: ${where}: ${issue?.message}.`, { field: where })
}
