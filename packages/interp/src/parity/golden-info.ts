// golden.json: what the stored expected values of a model are, which sites they cover and how closely they must be met. Format 1.
import { z } from 'zod'
import { ModelError } from '../models/index.js'

const count = z.int().positive()

const GoldenInfoSchema = z.object({
  format: z.literal(1),
  case: z.string(),
  versions: z.record(z.string(), z.string()).default({}),
  n_layers: count,
  d_model: count,
  vocab: count,
  /** Positions that count in each row; the rest is right padding. */
  valid_lengths: z.array(count).min(1),
  /** Captured sites, `final_norm` among them. */
  hooks: z.array(z.string()),
  /** `steered_logits`: hook + scale v; `zero_ablated_logits`: zeros; `patched_logits`: scale v at positions >= patch_from. */
  edit: z.object({ hook: z.string(), scale: z.number(), patch_from: z.int().nonnegative() }),
  /** The first `prompt` ids of `greedy_ids` are given, the rest is what greedy decoding adds. */
  greedy: z.object({ prompt: count, new: count, min_top2_margin: z.number() }),
  tolerance: z.object({ max_abs: z.number().positive() }),
})
export type GoldenInfo = z.infer<typeof GoldenInfoSchema>

/** @throws ModelError `model_invalid` naming every field that is missing or wrong. */
export function parseGoldenInfo(json: unknown): GoldenInfo {
  const parsed = GoldenInfoSchema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new ModelError(
    'model_invalid',
    `golden.json is not a description of expected values: ${z.prettifyError(parsed.error)}`,
  )
}
