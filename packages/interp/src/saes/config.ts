// What an SAE is, as SAELens v6 writes it in cfg.json, and what a TopK training needs to know. Checked here, interpreted elsewhere.
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

/** Everything a TopK training step depends on besides weights, data and learning rate. Names follow SAELens. */
export const TopkTrainingConfigSchema = z
  .object({
    dIn: z.int().min(1),
    dSae: z.int().min(1),
    k: z.int().min(1),
    /** Weight of the AuxK loss; 0 turns it off. */
    auxCoefficient: z.number().min(0),
    /** A feature is dead when it has not fired for more than this many steps. */
    deadWindow: z.int().min(1),
    applyBDecToInput: z.boolean(),
    rescaleByDecoderNorm: z.boolean(),
    /** L2 norm that the gradient of all parameters together is clipped to. */
    clipGradNorm: z.number().positive(),
    adamBeta1: z.number().min(0).lt(1),
    adamBeta2: z.number().min(0).lt(1),
    adamEps: z.number().positive().default(1e-8),
  })
  .refine(({ k, dSae }) => k <= dSae, { error: 'k must not exceed d_sae', path: ['k'] })
export type TopkTrainingConfig = z.infer<typeof TopkTrainingConfigSchema>

/** @throws SaeError `training_invalid` naming the field. */
export function parseTopkTrainingConfig(value: unknown): TopkTrainingConfig {
  const parsed = TopkTrainingConfigSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new SaeError('training_invalid', `The training cannot start: ${issue?.path.join('.')}: ${issue?.message}.`)
}

/** Features that the auxiliary loss may use per token: half of d_in (SAELens `calculate_topk_aux_acts`). */
export const auxWidth = (dIn: number): number => Math.floor(dIn / 2)
