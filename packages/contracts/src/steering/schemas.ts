// Steering experiments: the same prompt and seed with and without features added to the stream.
import { z } from 'zod'
import { IdSchema, NameSchema, TimeSchema } from '../common/envelope.js'
import { JobPrecisionSchema, PrecisionSchema } from '../common/precision.js'
import { block } from '../common/text.js'
import { VersionSchema } from '../common/version.js'
import { TokenSpanSchema } from '../datasets/schemas.js'
import { JobSchema } from '../jobs/schemas.js'
import { listQuery } from '../lists/index.js'

/** What one experiment takes at most. */
export const STEERING_LIMITS = { variants: 8, features: 20, stops: 8, stopLength: 100, alternatives: 20 } as const

/**
 * What is done with a feature, `max` being its own maximum activation in the extraction:
 * `add`: strength × max × W_dec[feature] is added at every position in scope, whether the feature fires there or not;
 * `set`: its activation becomes strength × max (0 ablates it); `scale`: its activation is multiplied by strength where it fires;
 * `at_least`, `at_most`: its activation is raised or lowered to strength × max. Other features and what the SAE does not reconstruct stay.
 */
export const SteeringActionSchema = z.enum(['add', 'set', 'scale', 'at_least', 'at_most'])
export type SteeringAction = z.infer<typeof SteeringActionSchema>
export const SteeredFeatureSchema = z.strictObject({
  index: z.int().min(0),
  strength: z.number().min(-20).max(20),
  action: SteeringActionSchema.default('add'),
})
export const SteeringVariantSchema = z.strictObject({
  features: z.array(SteeredFeatureSchema).min(1).max(STEERING_LIMITS.features),
})
export type SteeringVariant = z.infer<typeof SteeringVariantSchema>

export const SamplingSchema = z.strictObject({
  maxTokens: z.int().min(1).max(2048).default(60),
  temperature: z.number().min(0).max(5).default(0.7),
  topK: z.int().min(0).max(1000).default(0),
  topP: z.number().gt(0).max(1).default(0.95),
  minP: z.number().min(0).max(1).default(0),
  repetitionPenalty: z.number().min(0.5).max(2).default(1),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
})
export type Sampling = z.infer<typeof SamplingSchema>

export const ChatRoleSchema = z.enum(['system', 'user', 'assistant'])
export type ChatRole = z.infer<typeof ChatRoleSchema>
export const ChatMessageSchema = z.strictObject({ role: ChatRoleSchema, content: block().max(8000) })
export type ChatMessage = z.infer<typeof ChatMessageSchema>
export const ChatMessagesSchema = z.array(ChatMessageSchema).min(1).max(64)

/** Which tokens a vector is added at: all, those of the prompt, or those that the model wrote. */
export const SteeringScopeSchema = z.enum(['all', 'prompt', 'completion'])
export type SteeringScope = z.infer<typeof SteeringScopeSchema>

/** Texts that end a completion; the text is cut before them. */
export const StopStringsSchema = z.array(block().min(1).max(STEERING_LIMITS.stopLength)).max(STEERING_LIMITS.stops)
/** How many of the likeliest tokens are reported for every token written. */
export const AlternativesSchema = z.int().min(0).max(STEERING_LIMITS.alternatives)
/** Rows × tokens × alternatives that one experiment may store. */
export const MAX_STORED_ALTERNATIVES = 100_000

export const CreateSteeringSchema = z
  .strictObject({
    modelId: IdSchema,
    /** Needed as soon as there is a variant. */
    extractionId: IdSchema.optional(),
    /** Text to continue; empty with `messages`. */
    prompt: block().max(8000).default(''),
    /** A conversation to answer, rendered by the model's chat template. */
    messages: ChatMessagesSchema.optional(),
    /** Steered variants beside the unsteered one; none = plain generation. */
    variants: z.array(SteeringVariantSchema).max(STEERING_LIMITS.variants),
    sampling: SamplingSchema,
    scope: SteeringScopeSchema.default('all'),
    stop: StopStringsSchema.default([]),
    alternatives: AlternativesSchema.default(5),
  })
  .refine(({ prompt, messages }) => (prompt === '') === (messages !== undefined), {
    message: 'Give a prompt or messages, and only one of them.',
    path: ['prompt'],
  })
  .refine(
    ({ variants, sampling, alternatives }) =>
      (variants.length + 1) * sampling.maxTokens * alternatives <= MAX_STORED_ALTERNATIVES,
    {
      message: 'So many tokens with so many alternatives cannot be stored: lower one of them.',
      path: ['alternatives'],
    },
  )
export type CreateSteering = z.infer<typeof CreateSteeringSchema>

/** A token that could have been written, with its log probability (nats) under the model that wrote. */
export const AlternativeSchema = z.object({ id: z.int(), text: z.string(), logprob: z.number() })
export type Alternative = z.infer<typeof AlternativeSchema>

/** One completion. `activations[f]` follow `tokens` (prompt and completion) for the f-th steered feature, read from the text without steering. */
export const CompletionSchema = z.object({
  variant: z.int().nullable(),
  text: z.string(),
  tokens: z.array(TokenSpanSchema),
  promptTokens: z.int(),
  activations: z.record(z.string(), z.array(z.number())),
  /** log probability (nats) of each written token under the model that wrote it, steering included. */
  logprobs: z.array(z.number()).default([]),
  /** Per written token the likeliest ones of its step, likeliest first. */
  alternatives: z.array(z.array(AlternativeSchema)).default([]),
  /** `stop`: a stop string was written; `text` ends before it, `tokens` with the last token that `text` needs. */
  finish: z.enum(['length', 'eos', 'stop', 'context', 'cancelled']),
  /** exp of the mean negative log-likelihood of the completion under the unsteered model. */
  perplexity: z.number().nullable(),
  /** Mean over completion positions of KL(steered ‖ unsteered), nats; null for the unsteered one. */
  kl: z.number().nullable(),
  tokensPerSecond: z.number(),
})
export type Completion = z.infer<typeof CompletionSchema>
export const SteeringResultSchema = z.object({ completions: z.array(CompletionSchema), milliseconds: z.number() })
export type SteeringResult = z.infer<typeof SteeringResultSchema>

/** The large part of completions, kept apart: in a list of experiments every completion comes without it (empty). */
export const CompletionDetailsSchema = CompletionSchema.pick({ logprobs: true, alternatives: true })
export type CompletionDetails = z.infer<typeof CompletionDetailsSchema>

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
  /** Of the model when it wrote. */
  precision: PrecisionSchema,
  extractionId: IdSchema.nullable(),
  saeId: IdSchema.nullable(),
  site: z.string().nullable(),
  request: CreateSteeringSchema,
  result: SteeringResultSchema.nullable(),
  job: JobSchema.nullable(),
  version: VersionSchema,
  createdAt: TimeSchema,
})
export type Steering = z.infer<typeof SteeringSchema>
export const UpdateSteeringSchema = z.strictObject({ name: NameSchema.nullable() })

export const SteeringGenerateParamsSchema = z.object({
  steeringId: IdSchema,
  modelPath: z.string(),
  precision: JobPrecisionSchema,
  saeId: IdSchema.nullable(),
  site: z.string().nullable(),
  prompt: z.string(),
  messages: ChatMessagesSchema.optional(),
  scope: SteeringScopeSchema.default('all'),
  stop: StopStringsSchema.default([]),
  alternatives: AlternativesSchema.default(0),
  /** With each feature's maximum activation as measured by the extraction. */
  variants: z.array(
    z.object({ features: z.array(z.object({ ...SteeredFeatureSchema.shape, maxActivation: z.number() })) }),
  ),
  sampling: SamplingSchema,
})
export type SteeringGenerateParams = z.infer<typeof SteeringGenerateParamsSchema>

/** Asks what a model reads of a prompt: a plain one, or messages as its chat template writes them; with neither, what it can take. */
export const ChatPreviewRequestSchema = z.strictObject({
  modelId: IdSchema,
  messages: z.array(ChatMessageSchema).max(64),
  prompt: block().max(8000).optional(),
})
export type ChatPreviewRequest = z.infer<typeof ChatPreviewRequestSchema>
export const ChatPreviewSchema = z.object({
  hasTemplate: z.boolean(),
  /** Tokens that the model can hold, prompt and written text together. */
  contextLimit: z.int(),
  /** The prompt with its tokens; null without a prompt, without a template for messages, or when the template refuses them. */
  tokens: z.array(TokenSpanSchema).nullable(),
  /** Why the template refuses the messages. */
  refusal: z.string().nullable(),
})
export type ChatPreview = z.infer<typeof ChatPreviewSchema>
export const ChatPreviewParamsSchema = z.object({
  modelPath: z.string(),
  precision: JobPrecisionSchema,
  messages: z.array(ChatMessageSchema),
  prompt: z.string().optional(),
})

/** Searches the name, the prompt and the model. `named` are those that were saved. */
export const SteeringListQuerySchema = listQuery(['-createdAt', 'name'], {
  modelId: IdSchema.optional(),
  saeId: IdSchema.optional(),
  extractionId: IdSchema.optional(),
  named: z.stringbool().optional(),
  /** Whether features were steered; the model's own page writes without. */
  steered: z.stringbool().optional(),
})
