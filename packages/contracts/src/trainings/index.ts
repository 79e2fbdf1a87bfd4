// SAE trainings. A training is a run: the same id names both.
import { z } from 'zod'
import { IdSchema, NameSchema, TimeSchema } from '../common/envelope.js'
import { JobPrecisionSchema, PrecisionSchema } from '../common/precision.js'
import { JobSchema, MetricValuesSchema } from '../jobs/index.js'

/** Limits and defaults in one place: server, form and texts read them here. */
export const TrainingParamsSchema = z.strictObject({
  architecture: z.enum(['topk']).default('topk'),
  site: z.string().min(1).max(120),
  /** d_sae = expansion × d_in. */
  expansion: z.int().min(1).max(128).default(16),
  k: z.int().min(1).max(1024).default(32),
  /** Optimiser steps. */
  steps: z.int().min(1).max(5_000_000).default(1000),
  /** Tokens per step. */
  batchSize: z.int().min(16).max(65_536).default(1024),
  learningRate: z.number().positive().max(1).default(1e-3),
  lrSchedule: z.enum(['constant', 'linear', 'cosine']).default('linear'),
  warmupSteps: z.int().min(0).max(1_000_000).default(100),
  /** Steps of decay at the end (linear schedule). */
  decaySteps: z.int().min(0).max(5_000_000).default(200),
  adamBeta1: z.number().min(0).lt(1).default(0.9),
  adamBeta2: z.number().min(0).lt(1).default(0.999),
  clipGradNorm: z.number().positive().max(1000).default(1),
  auxCoefficient: z.number().min(0).max(100).default(1),
  /** A feature that did not fire for more than this many steps is dead. */
  deadWindow: z.int().min(1).max(1_000_000).default(200),
  applyBDecToInput: z.boolean().default(true),
  rescaleByDecoderNorm: z.boolean().default(true),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
  /** Contexts harvested, mixed and served together. */
  bufferContexts: z.int().min(1).max(100_000).default(256),
  excludeBos: z.boolean().default(true),
  logEvery: z.int().min(1).max(100_000).default(10),
  evalEvery: z.int().min(1).max(1_000_000).default(250),
  /** Held-out tokens per evaluation. */
  evalTokens: z.int().min(256).max(10_000_000).default(16_384),
  checkpointEvery: z.int().min(1).max(1_000_000).default(200),
  keepCheckpoints: z.int().min(1).max(100).default(2),
})
export type TrainingParams = z.infer<typeof TrainingParamsSchema>

export const CreateTrainingSchema = z.strictObject({
  name: NameSchema.optional(),
  modelId: IdSchema,
  tokenizationId: IdSchema,
  params: TrainingParamsSchema,
})
export type CreateTraining = z.infer<typeof CreateTrainingSchema>

/** Bytes and seconds; `basis` says how the time was found. */
export const TrainingEstimateSchema = z.object({
  dIn: z.int(),
  dSae: z.int(),
  tokens: z.number(),
  epochs: z.number(),
  memory: z.object({
    model: z.number(),
    buffer: z.number(),
    weights: z.number(),
    optimiser: z.number(),
    batch: z.number(),
    total: z.number(),
    free: z.number(),
  }),
  seconds: z.number().nullable(),
  basis: z.string(),
  warnings: z.array(z.string()),
})
export type TrainingEstimate = z.infer<typeof TrainingEstimateSchema>

/** Final figures on held-out text. Definitions: fvu = 1 − explained variance; ceRecovered = (zero − sae)/(zero − clean). */
export const TrainingSummarySchema = z.object({
  steps: z.int(),
  tokens: z.number(),
  loss: z.number(),
  fvu: z.number(),
  l0: z.number(),
  deadShare: z.number(),
  ceClean: z.number(),
  ceSae: z.number(),
  ceZero: z.number(),
  ceRecovered: z.number(),
  kl: z.number(),
  heldOutTokens: z.int(),
  harvestTokensPerSecond: z.number(),
  stepTokensPerSecond: z.number(),
  seconds: z.number(),
})
export type TrainingSummary = z.infer<typeof TrainingSummarySchema>

/** A valid checkpoint on disk; the newest is where a resume begins. */
export const CheckpointSchema = z.object({
  step: z.int(),
  bytes: z.number(),
  createdAt: TimeSchema,
  metrics: MetricValuesSchema,
})
export type Checkpoint = z.infer<typeof CheckpointSchema>

export const TrainingSchema = z.object({
  id: IdSchema,
  name: z.string(),
  modelId: IdSchema.nullable(),
  modelName: z.string(),
  tokenizationId: IdSchema.nullable(),
  datasetName: z.string(),
  /** Of the model when it was started; a resumed training keeps it. */
  precision: PrecisionSchema,
  params: TrainingParamsSchema,
  dIn: z.int(),
  dSae: z.int(),
  step: z.int(),
  /** Newest value of every metric. */
  latest: MetricValuesSchema,
  summary: TrainingSummarySchema.nullable(),
  saeId: IdSchema.nullable(),
  checkpoints: z.array(CheckpointSchema),
  job: JobSchema.nullable(),
  createdAt: TimeSchema,
})
export type Training = z.infer<typeof TrainingSchema>

/** Column-wise metrics: `steps[i]` belongs to `values[i]`. `seq` is the newest job event included, so that the live tail joins without a gap. */
export const TrainingMetricsSchema = z.object({
  seq: z.int(),
  series: z.record(z.string(), z.object({ steps: z.array(z.int()), values: z.array(z.number().nullable()) })),
})
export type TrainingMetrics = z.infer<typeof TrainingMetricsSchema>

/** Job parameters. */
export const TrainingRunParamsSchema = z.object({
  trainingId: IdSchema,
  saeId: IdSchema,
  name: z.string(),
  modelId: IdSchema,
  modelName: z.string(),
  modelPath: z.string(),
  precision: JobPrecisionSchema,
  tokenizationId: IdSchema,
  datasetName: z.string(),
  params: TrainingParamsSchema,
})
export type TrainingRunParams = z.infer<typeof TrainingRunParamsSchema>
export const TrainingEstimateParamsSchema = z.object({
  modelPath: z.string(),
  precision: JobPrecisionSchema,
  tokenizationId: IdSchema,
  params: TrainingParamsSchema,
})

/** Metric keys of a training with unit and definition; the chart texts come from here. */
export const TRAINING_METRICS = {
  loss: {
    label: 'Loss',
    unit: 'squared units',
    definition: 'Mean over the batch of ‖x − x̂‖² plus the weighted auxiliary loss.',
  },
  mse: {
    label: 'Reconstruction',
    unit: 'squared units',
    definition: 'Mean over the batch of ‖x − x̂‖², summed over d_in.',
  },
  aux: {
    label: 'Auxiliary loss',
    unit: 'squared units',
    definition: 'AuxK loss on the residual, by dead features only, with its coefficient.',
  },
  fvu: {
    label: 'FVU',
    unit: 'share',
    definition: 'Fraction of variance unexplained on the batch: 1 − explained variance.',
  },
  explained_variance: {
    label: 'Explained variance',
    unit: 'share',
    definition: '1 − E‖x − x̂‖² / E‖x − E x‖² on the batch.',
  },
  l0: { label: 'L0', unit: 'features', definition: 'Mean number of non-zero features per token of the batch.' },
  dead: { label: 'Dead', unit: 'features', definition: 'Features that did not fire within the dead window.' },
  lr: { label: 'Learning rate', unit: '', definition: 'Learning rate of the step.' },
  grad_norm: { label: 'Gradient norm', unit: '', definition: 'L2 norm over all gradients before clipping.' },
  tokens_per_second: {
    label: 'Tokens/s',
    unit: 'tokens/s',
    definition: 'Training tokens per second of wall time since the last report, harvest included.',
  },
  heldout_fvu: { label: 'Held-out FVU', unit: 'share', definition: 'FVU over held-out tokens.' },
  heldout_l0: { label: 'Held-out L0', unit: 'features', definition: 'L0 over held-out tokens.' },
  heldout_dead_share: {
    label: 'Held-out dead share',
    unit: 'share',
    definition: 'Share of features that never fire on the held-out tokens.',
  },
  ce_clean: {
    label: 'CE clean',
    unit: 'nats',
    definition: 'Next-token cross-entropy of the unmodified model on held-out text.',
  },
  ce_sae: {
    label: 'CE with SAE',
    unit: 'nats',
    definition: 'Cross-entropy with the reconstruction spliced in at every position.',
  },
  ce_zero: { label: 'CE ablated', unit: 'nats', definition: 'Cross-entropy with the site set to zero.' },
  ce_recovered: {
    label: 'CE recovered',
    unit: 'share',
    definition: '(CE ablated − CE with SAE) / (CE ablated − CE clean).',
  },
  kl: {
    label: 'KL',
    unit: 'nats',
    definition: 'Mean over positions of KL(clean ‖ with SAE), on the first 4,096 held-out tokens or all if fewer.',
  },
} as const
export type TrainingMetricKey = keyof typeof TRAINING_METRICS
