// How alike two sites are on the same tokens: within one capture, or between two.
import { z } from 'zod'
import { IdSchema } from '../common/envelope.js'
import { CaptureFormatSchema } from './format.js'

/** Two sites on the same tokens. Null where a figure is not defined (unequal widths, zero variance). */
export const SiteComparisonSchema = z.object({
  a: z.string(),
  b: z.string(),
  tokens: z.int(),
  /** Linear CKA, feature-space form, both sides centred. */
  cka: z.number().nullable(),
  /** Over tokens, of the two vectors of a token. */
  cosine: z.object({ mean: z.number(), p5: z.number(), p50: z.number(), p95: z.number() }).nullable(),
  /** Of the two mean vectors; null too for captures made before it was measured. */
  cosineOfMeans: z.number().nullable().default(null),
  /** Mean of ‖a‖ / ‖b‖ over tokens. */
  normRatio: z.number().nullable(),
  /** Mean of ‖a − b‖ / ‖b‖ over tokens. */
  relativeChange: z.number().nullable(),
})
export type SiteComparison = z.infer<typeof SiteComparisonSchema>

/** Pairs of sites between two captures, at most; beyond, sites are paired with their namesakes only. */
export const MOST_PAIRS = 36

export const CompareCapturesQuerySchema = z.object({ with: IdSchema })

/** Sites of capture a (first) and b on tokens that both read, in the same contexts and positions. */
export const CaptureComparisonSchema = z.object({
  a: IdSchema,
  b: IdSchema,
  /** Tokens from the beginning that both hold and that are the same. */
  sharedTokens: z.int(),
  /** The compared tokens are taken evenly from this many at the beginning. */
  sampledFrom: z.int(),
  /** `all`: each site of a with each of b; `same_name`: sites of equal names, because there are more than 36 pairs. */
  pairing: z.enum(['all', 'same_name']),
  pairs: z.array(SiteComparisonSchema),
})
export type CaptureComparison = z.infer<typeof CaptureComparisonSchema>

/** A finished capture as the worker reads it. */
export const StoredSideSchema = z.object({
  captureId: IdSchema,
  format: CaptureFormatSchema,
  contextSize: z.int(),
  tokens: z.int(),
  sites: z.array(z.object({ name: z.string(), layer: z.int().nullable(), width: z.int() })),
  shards: z.array(z.string()),
})
export type StoredSide = z.infer<typeof StoredSideSchema>
/** Parameters of `activation.compare`. */
export const ActivationCompareParamsSchema = z.object({ a: StoredSideSchema, b: StoredSideSchema })
export type ActivationCompareParams = z.infer<typeof ActivationCompareParamsSchema>
