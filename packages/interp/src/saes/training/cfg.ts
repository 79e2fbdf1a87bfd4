// Configuration of a training SAE: SAELens's cfg.json, and three fields of ours for what SAELens cannot train (transcoders, skip
// connections, crosscoders). Fields of single architectures are parsed in their files.
import { z } from 'zod'
import { SaeError } from '../errors.js'

export const ACTIVATION_NORMALISATIONS = [
  'none',
  'layer_norm',
  'constant_norm_rescale',
  'expected_average_only_in',
  'covariance_whitening',
] as const
export type ActivationNormalisation = (typeof ACTIVATION_NORMALISATIONS)[number]

export const TrainingCfgSchema = z
  .looseObject({
    architecture: z.string(),
    d_in: z.int().min(1),
    d_sae: z.int().min(1),
    apply_b_dec_to_input: z.boolean().default(true),
    normalize_activations: z.enum(ACTIVATION_NORMALISATIONS).default('none'),
    /** Width of what is reconstructed; given (even if equal to d_in) it makes a transcoder. */
    d_out: z.int().min(1).optional(),
    /** Adds x · W_skipᵀ to the reconstruction. */
    skip_connection: z.boolean().default(false),
    /** Widths of the sites that a crosscoder reads and writes side by side; they sum to d_in. */
    site_widths: z.array(z.int().min(1)).min(1).optional(),
  })
  .refine(({ d_out, apply_b_dec_to_input: apply }) => d_out === undefined || !apply, {
    error: 'a transcoder has b_dec on the output side only',
    path: ['apply_b_dec_to_input'],
  })
  .refine(({ site_widths: widths, d_in }) => !widths || widths.reduce((sum, width) => sum + width, 0) === d_in, {
    error: 'the widths of the sites must sum to d_in',
    path: ['site_widths'],
  })
export type TrainingCfg = z.infer<typeof TrainingCfgSchema>

/**
 * Whether it is a transcoder once exported: one of another site, or of its own with a skip connection. Formats bring the output of
 * neither back out of a run-time normalisation, so training does not either.
 */
export const isTranscoderCfg = ({
  d_out,
  skip_connection: skip,
}: Pick<TrainingCfg, 'd_out' | 'skip_connection'>): boolean => d_out !== undefined || skip

/** Parses with the schema of an architecture. @throws SaeError `training_invalid` naming the field. */
export function parseFields<T>(schema: z.ZodType<T>, value: unknown, architecture: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.') || 'cfg'
  throw new SaeError(
    'training_invalid',
    `A ${architecture} SAE cannot be trained like this: ${where}: ${issue?.message}. Change ${where}.`,
    { field: where },
  )
}
