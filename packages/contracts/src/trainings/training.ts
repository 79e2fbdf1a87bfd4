// Trainings as the API and the worker see them. A training is a run: the same id names both.

import { z } from 'zod'
import { StoredSideSchema } from '../captures/comparison.js'
import { CaptureDtypeSchema } from '../captures/format.js'
import { described } from '../common/describe.js'
import { IdSchema, NameSchema, TimeSchema } from '../common/envelope.js'
import { JobPrecisionSchema, PrecisionSchema } from '../common/precision.js'
import { JobSchema, MetricValuesSchema } from '../jobs/schemas.js'
import { listQuery } from '../lists/index.js'
import { TrainingAlertSchema } from './control.js'
import { TrainingParamsSchema } from './params.js'

export const CreateTrainingSchema = z.strictObject({
  name: NameSchema.optional(),
  modelId: IdSchema,
  tokenizationId: IdSchema,
  /** A finished capture of the same model and tokens that activations are read from; without it the model is read as the training goes. */
  captureId: IdSchema.optional(),
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
  /** `sharded`: all threads; `reference`: plain exact loops on one thread, for what has no fast step. */
  means: z.enum(['sharded', 'reference']),
  warnings: z.array(z.string()),
})
export type TrainingEstimate = z.infer<typeof TrainingEstimateSchema>

const Bounds = z.object({ low: z.number().nullable(), high: z.number().nullable() })

const SummarySchema = z.object({
  steps: z.int(),
  tokens: z.number(),
  loss: z.number(),
  fvu: z.number(),
  /** FVU at each site of a crosscoder; `fvu` is over all of them together, so sites of large variance weigh most. */
  sites: z.array(z.object({ site: z.string(), fvu: z.number().nullable() })).optional(),
  l0: z.number(),
  /** Features that half the tokens do not exceed. */
  l0Median: z.number().nullable().optional(),
  /** Share of features that never fired on the held-out tokens. */
  deadShare: z.number(),
  /** Share of features that were dead by the dead window of the training when it ended. */
  deadByWindow: z.number().optional(),
  ceClean: z.number().nullable(),
  ceSae: z.number().nullable(),
  ceZero: z.number().nullable(),
  /** null: zeros do not clearly hurt the model, so the ratio means nothing. */
  ceRecovered: z.number().nullable(),
  kl: z.number().nullable(),
  /** With the SAE at every position, BOS too. Cross-entropies and KL only of trainings that were evaluated in this way alone. */
  everyPosition: z
    .object({
      ceRecovered: z.number().nullable(),
      ceClean: z.number().optional(),
      ceSae: z.number().optional(),
      ceZero: z.number().optional(),
      kl: z.number().optional(),
    })
    .optional(),
  /** Ends of 95 % intervals over documents. */
  intervals: z
    .object({
      fvu: Bounds,
      l0: Bounds,
      ceClean: Bounds,
      ceSae: Bounds,
      ceZero: Bounds,
      ceRecovered: Bounds,
      kl: Bounds,
    })
    .optional(),
  heldOutTokens: z.int(),
  /** Documents that these come from, parts of some at the ends included. */
  heldOutDocuments: z.int().optional(),
  harvestTokensPerSecond: z.number(),
  stepTokensPerSecond: z.number(),
  seconds: z.number(),
})

/** Figures of before took every position, BOS too: they keep their meaning under its name. */
function namedAsMeant(summary: unknown): unknown {
  if (typeof summary !== 'object' || summary === null || 'everyPosition' in summary) return summary
  const { ceClean, ceSae, ceZero, ceRecovered, kl, ...others } = summary as Record<string, unknown>
  // The ratio means nothing where zeros do not hurt the model; there were no intervals to tell more.
  const hurts = typeof ceZero === 'number' && typeof ceClean === 'number' && ceZero > ceClean
  return {
    ...others,
    everyPosition: { ceClean, ceSae, ceZero, ceRecovered: hurts ? ceRecovered : null, kl },
    ceClean: null,
    ceSae: null,
    ceZero: null,
    ceRecovered: null,
    kl: null,
  }
}

/** Final figures on held-out text. Definitions: SAE_FIGURES. */
export const TrainingSummarySchema = z.preprocess(namedAsMeant, SummarySchema)
export type TrainingSummary = z.infer<typeof TrainingSummarySchema>

/** A valid checkpoint on disk; the newest is where a resume begins. */
export const CheckpointSchema = z.object({
  step: z.int(),
  bytes: z.number(),
  createdAt: TimeSchema,
  metrics: MetricValuesSchema,
  /** Kept because its held-out FVU is the best so far. */
  best: z.boolean().optional(),
})
export type Checkpoint = z.infer<typeof CheckpointSchema>

/** The capture that a training reads, as it was when the training started. */
export const TrainingCaptureSchema = z.object({
  /** null: deleted since. */
  id: IdSchema.nullable(),
  tokens: z.number(),
  dtype: CaptureDtypeSchema,
})
export type TrainingCapture = z.infer<typeof TrainingCaptureSchema>

export const TrainingSchema = z.object({
  id: IdSchema,
  ...described,
  modelId: IdSchema.nullable(),
  modelName: z.string(),
  tokenizationId: IdSchema.nullable(),
  datasetName: z.string(),
  /** null: activations are harvested from the model as the training goes. */
  capture: TrainingCaptureSchema.nullable(),
  /** Of the model when it was started; a resumed training and its branches keep it. */
  precision: PrecisionSchema,
  params: TrainingParamsSchema,
  dIn: z.int(),
  dSae: z.int(),
  step: z.int(),
  /** Newest value of every metric. */
  latest: MetricValuesSchema,
  summary: TrainingSummarySchema.nullable(),
  saeId: IdSchema.nullable(),
  /** Trainings of one sweep have it in common; null for a training by itself. */
  sweepId: IdSchema.nullable(),
  /** Trainings with the same group are one job over one stream of activations: pausing one pauses all. */
  groupId: IdSchema,
  /** Training and step whose checkpoint this one began from. */
  parent: z.object({ trainingId: IdSchema, step: z.int() }).nullable(),
  alerts: z.array(TrainingAlertSchema),
  checkpoints: z.array(CheckpointSchema),
  job: JobSchema.nullable(),
  createdAt: TimeSchema,
})
export type Training = z.infer<typeof TrainingSchema>

/** Searches the name, the model, the dataset and the site. `fvu` and `l0` are final figures on held-out text. */
export const TrainingListQuerySchema = listQuery(
  ['-createdAt', 'name', 'step', 'fvu', 'l0', 'work'],
  {
    modelId: IdSchema.optional(),
    tokenizationId: IdSchema.optional(),
    captureId: IdSchema.optional(),
    sweepId: IdSchema.optional(),
    groupId: IdSchema.optional(),
    parentId: IdSchema.optional(),
  },
  ['model', 'architecture', 'site', 'tag'],
)

/** Column-wise metrics: `steps[i]` belongs to `values[i]`. `seq` is the newest job event included, so that the live tail joins without a gap. */
export const TrainingMetricsSchema = z.object({
  seq: z.int(),
  series: z.record(z.string(), z.object({ steps: z.array(z.int()), values: z.array(z.number().nullable()) })),
})
export type TrainingMetrics = z.infer<typeof TrainingMetricsSchema>

/** One SAE of a training job. */
export const TrainingMemberSchema = z.object({
  trainingId: IdSchema,
  saeId: IdSchema,
  name: z.string(),
  params: TrainingParamsSchema,
  /** Checkpoint of another training to begin from. */
  parent: z
    .object({ trainingId: IdSchema, step: z.int().min(1) })
    .nullable()
    .default(null),
})
export type TrainingMember = z.infer<typeof TrainingMemberSchema>

/** Job parameters: one or more SAEs on one stream of activations; equal in all options of {@link STREAM_OPTIONS}. */
export const TrainingRunParamsSchema = z.object({
  members: z.array(TrainingMemberSchema).min(1),
  modelId: IdSchema,
  modelName: z.string(),
  modelPath: z.string(),
  precision: JobPrecisionSchema,
  tokenizationId: IdSchema,
  datasetName: z.string(),
  /** Where activations are read from; null: the model. */
  capture: StoredSideSchema.nullable().default(null),
})
export type TrainingRunParams = z.infer<typeof TrainingRunParamsSchema>
/** SAEs that diverged are missing from it; `warnings` say what is wrong with those it has. */
export const TrainingRunResultSchema = z.object({
  saes: z.array(
    z.object({
      trainingId: IdSchema,
      saeId: IdSchema,
      dIn: z.int(),
      dSae: z.int(),
      summary: TrainingSummarySchema,
    }),
  ),
  warnings: z.array(z.string()),
})
export type TrainingRunResult = z.infer<typeof TrainingRunResultSchema>
export const TrainingEstimateParamsSchema = z.object({
  modelPath: z.string(),
  precision: JobPrecisionSchema,
  tokenizationId: IdSchema,
  capture: StoredSideSchema.nullable().default(null),
  params: TrainingParamsSchema,
})
