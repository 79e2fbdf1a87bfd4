// Runs: whatever reports values by step. One store holds the metrics of all; here is what is asked of it and what it says while a run goes on.
import { z } from 'zod'
import { IdSchema } from '../common/envelope.js'
import { line } from '../common/text.js'

export * from './buckets.js'

/** Longest name of a metric. */
export const METRIC_PATH_LENGTH = 500
/** The metric that holds when each step was reported (milliseconds since 1970): kept for every run, shown as an axis, not as a curve. */
export const TIME_PATH = '_time'

/** JSON has no words for these. */
const NOT_FINITE = ['NaN', 'Infinity', '-Infinity'] as const
/** A value as it crosses a border in JSON: numbers that are not finite are named. */
export const MetricNumberSchema = z.union([z.number(), z.enum(NOT_FINITE)])
export type MetricNumber = z.infer<typeof MetricNumberSchema>
export const metricNumber = (value: number): MetricNumber =>
  Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'

/** One metric over a range of steps. */
export const SeriesSchema = z.object({
  /** Steps in a bucket, a power of two; 1: each value by itself. */
  width: z.int(),
  /** Values of this metric in the whole run. */
  total: z.int(),
  /** First step of each bucket, a multiple of `width`. */
  at: z.array(z.int()),
  /** Newest value of each bucket; the value itself where `width` is 1. */
  last: z.array(MetricNumberSchema),
  /** The following say what is in a bucket; left out where `width` is 1. */
  first: z.array(MetricNumberSchema).optional(),
  /** Of the finite values; null where there is none. */
  min: z.array(z.number().nullable()).optional(),
  max: z.array(z.number().nullable()).optional(),
  /** Values in the bucket, and how many of them are not finite. */
  count: z.array(z.int()).optional(),
  /** Left out where all are finite. */
  gaps: z.array(z.int()).optional(),
})
export type Series = z.infer<typeof SeriesSchema>

export const RunSeriesSchema = z.object({
  runId: IdSchema,
  /** Grows with everything that is stored for the run: live values of the next revision continue these. */
  revision: z.int(),
  series: z.record(z.string(), SeriesSchema),
})
export type RunSeries = z.infer<typeof RunSeriesSchema>

/** Names separated by commas, each percent-encoded where it holds one. */
const PathsSchema = line()
  .max(50_000)
  .transform((text) => text.split(',').filter((name) => name !== ''))
  .refine((names) => names.every(isEncoded), { error: 'a % that begins no percent-encoded character' })
  .transform((names) => names.map(decodeURIComponent))

function isEncoded(name: string): boolean {
  try {
    decodeURIComponent(name)
    return true
  } catch {
    return false
  }
}

const Step = z.coerce.number().int().min(0)
const range = {
  /** Metrics; all but the time when left out. */
  keys: PathsSchema.optional(),
  /** With the time of each step, as the metric `_time`, where no metrics are named. */
  time: z.stringbool().default(false),
  /** First and last step; default: all there are. Buckets at the ends are whole. */
  from: Step.optional(),
  to: Step.optional(),
  /** At most about so many buckets of each metric. */
  points: z.coerce.number().int().min(1).max(10_000).default(1000),
}
export const SeriesQuerySchema = z.object(range)
export type SeriesQuery = z.infer<typeof SeriesQuerySchema>

/** Most runs that one question can name. */
export const MOST_RUNS = 100
export const RunsSeriesQuerySchema = z.object({
  ids: line()
    .max(37 * MOST_RUNS)
    .transform((text) => text.split(','))
    .pipe(z.array(IdSchema).min(1).max(MOST_RUNS)),
  keys: range.keys,
  time: range.time,
  from: range.from,
  to: range.to,
  points: range.points,
})
export type RunsSeriesQuery = z.infer<typeof RunsSeriesQuerySchema>

/** What is known of a metric without reading its values; kept up to date with every value. */
export const MetricSummarySchema = z.object({
  path: z.string(),
  count: z.int(),
  gaps: z.int(),
  /** Of the finite values; null where there is none. */
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  firstStep: z.int(),
  lastStep: z.int(),
  last: MetricNumberSchema,
})
export type MetricSummary = z.infer<typeof MetricSummarySchema>

/** Values as they are stored: what lies between two revisions of a run. Sent on the channel of the run. */
export const RunValuesSchema = z.object({
  runId: IdSchema,
  revision: z.int(),
  steps: z.array(z.object({ step: z.int(), values: z.record(z.string(), MetricNumberSchema) })),
})
export type RunValues = z.infer<typeof RunValuesSchema>
