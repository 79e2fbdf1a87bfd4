// Steering experiments: the same prompt and seed with and without features added to the stream.
import { z } from 'zod'
import { IdSchema, NameSchema, TimeSchema } from '../common/envelope.js'
import { TokenSpanSchema } from '../datasets/index.js'
import { JobSchema } from '../jobs/index.js'

/** Strength in units of the feature's own maximum activation: the vector added is strength × max × W_dec[feature]. */
export const SteeredFeatureSchema = z.strictObject({ index: z.int().min(0), strength: z.number().min(-20).max(20) })
export const SteeringVariantSchema = z.strictObject({ features: z.array(SteeredFeatureSchema).min(1).max(20) })
export type SteeringVariant = z.infer<typeof SteeringVariantSchema>

export const SamplingSchema = z.strictObject({
  maxTokens: z.int().min(1).max(2048).default(60),
  temperature: z.number().min(0).max(5).default(0.7),
  topK: z.int().min(0).max(1000).default(0),
  topP: z.number().gt(0).max(1).default(0.95),
  repetitionPenalty: z.number().min(0.5).max(2).default(1),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
})
export type Sampling = z.infer<typeof SamplingSchema>

export const CreateSteeringSchema = z.strictObject({
  modelId: IdSchema,
  /** Needed as soon as there is a variant. */
  extractionId: IdSchema.optional(),
  prompt: z.string().min(1).max(8000),
  /** Steered variants beside the unsteered one; none = plain generation. */
  variants: z.array(SteeringVariantSchema).max(8),
  sampling: SamplingSchema,
})
export type CreateSteering = z.infer<typeof CreateSteeringSchema>

/** One completion. `activations[f]` follow `tokens` (prompt and completion) for the f-th steered feature, read from the text without steering. */
export const CompletionSchema = z.object({
  variant: z.int().nullable(),
  text: z.string(),
  tokens: z.array(TokenSpanSchema),
  promptTokens: z.int(),
  activations: z.record(z.string(), z.array(z.number())),
  finish: z.enum(['length', 'eos', 'context', 'cancelled']),
  /** exp of the mean negative log-likelihood of the completion under the unsteered model. */
  perplexity: z.number().nullable(),
  /** Mean over completion positions of KL(steered ‖ unsteered), nats; null for the unsteered one. */
  kl: z.number().nullable(),
  tokensPerSecond: z.number(),
})
export type Completion = z.infer<typeof CompletionSchema>
export const SteeringResultSchema = z.object({ completions: z.array(CompletionSchema), milliseconds: z.number() })
export type SteeringResult = z.infer<typeof SteeringResultSchema>

/** Streamed as job event `tokens`: new text per completion (row 0 is unsteered). */
export const STEERING_TOKENS_EVENT = 'tokens'
export const SteeringTokensSchema = z.object({
  rows: z.array(z.object({ row: z.int(), text: z.string(), done: z.boolean() })),
})

export const SteeringSchema = z.object({
  id: IdSchema,
  /** Named experiments are saved; unnamed ones are history and pruned beyond the newest hundred. */
  name: z.string().nullable(),
  modelId: IdSchema.nullable(),
  modelName: z.string(),
  extractionId: IdSchema.nullable(),
  saeId: IdSchema.nullable(),
  site: z.string().nullable(),
  request: CreateSteeringSchema,
  result: SteeringResultSchema.nullable(),
  job: JobSchema.nullable(),
  createdAt: TimeSchema,
})
export type Steering = z.infer<typeof SteeringSchema>
export const UpdateSteeringSchema = z.strictObject({ name: NameSchema.nullable() })

export const SteeringGenerateParamsSchema = z.object({
  steeringId: IdSchema,
  modelPath: z.string(),
  saeId: IdSchema.nullable(),
  site: z.string().nullable(),
  prompt: z.string(),
  /** With each feature's maximum activation as measured by the extraction. */
  variants: z.array(
    z.object({ features: z.array(z.object({ index: z.int(), strength: z.number(), maxActivation: z.number() })) }),
  ),
  sampling: SamplingSchema,
})
export type SteeringGenerateParams = z.infer<typeof SteeringGenerateParamsSchema>
