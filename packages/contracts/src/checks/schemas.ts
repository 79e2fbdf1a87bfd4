// The check of an installation: SAEs are trained on samples made of known features, and what they find is held against what SAELens
// finds there. The answer is the result of an `installation.check` job.
import { z } from 'zod'
import { TimeSchema } from '../common/envelope.js'

export const InstallationCheckParamsSchema = z.strictObject({})

/**
 * One score: ours as the mean over the starts, and the range that a mean of as many starts of the reference would lie in: its own mean
 * ± 3 standard errors of the difference.
 */
export const CheckedScoreSchema = z.object({
  name: z.enum(['mcc', 'f1']),
  found: z.number(),
  /** Of each start. */
  starts: z.array(z.number()),
  from: z.number(),
  to: z.number(),
  /** Within the range or above it. */
  pass: z.boolean(),
})
export type CheckedScore = z.infer<typeof CheckedScoreSchema>

export const CHECKED_SCORES: Readonly<Record<CheckedScore['name'], { label: string; explanation: string }>> = {
  mcc: {
    label: 'MCC',
    explanation: 'Mean |cosine| of decoder rows and true features under the best one-to-one assignment.',
  },
  f1: {
    label: 'F1',
    explanation: 'Of each latent as a detector of its most similar feature, mean over all latents, dead ones included.',
  },
}

export const CheckedArchitectureSchema = z.object({
  architecture: z.string(),
  scores: z.array(CheckedScoreSchema),
  /** Means over the starts. */
  l0: z.number(),
  dead: z.number(),
  explainedVariance: z.number(),
  /** Steps per second of the fastest start. */
  stepsPerSecond: z.number(),
  pass: z.boolean(),
})
export type CheckedArchitecture = z.infer<typeof CheckedArchitectureSchema>

export const InstallationCheckSchema = z.object({
  startedAt: TimeSchema,
  seconds: z.number(),
  threads: z.int(),
  runtime: z.string(),
  problem: z.object({ samples: z.int(), d: z.int(), features: z.int(), trueL0: z.number() }),
  steps: z.int(),
  batchSize: z.int(),
  /** Whose range the scores are held against, and from how many starts it comes. */
  reference: z.object({ library: z.string(), starts: z.int() }),
  architectures: z.array(CheckedArchitectureSchema),
  pass: z.boolean(),
})
export type InstallationCheck = z.infer<typeof InstallationCheckSchema>
