// How alike two sites are on the same tokens: within one capture, or between two.
import { z } from 'zod'
import { IdSchema } from '../common/envelope.js'
import { line } from '../common/text.js'
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

/** Pairs of one question that names them, at most; who wants more asks again, so that other questions come in between. */
export const MOST_ASKED_PAIRS = 12

const SiteName = line().min(1).max(200)
/** A site of capture a and one of b. */
export const SitePairSchema = z.tuple([SiteName, SiteName])
export type SitePair = z.infer<typeof SitePairSchema>
const SitePairsSchema = z.array(SitePairSchema).min(1).max(MOST_ASKED_PAIRS)

/** `pairs`: JSON, `[["site of a", "site of b"], …]`; without it sites are paired by their number. A capture may be compared with itself then. */
export const CompareCapturesQuerySchema = z.object({
  with: IdSchema,
  pairs: line()
    .max(16_000)
    .transform((text, { addIssue }) => {
      try {
        return JSON.parse(text) as unknown
      } catch {
        addIssue({ code: 'custom', message: 'No JSON: name pairs as [["site of a", "site of b"], …].' })
        return z.NEVER
      }
    })
    .pipe(SitePairsSchema)
    .optional(),
})
export type CompareCapturesQuery = z.output<typeof CompareCapturesQuerySchema>

/** Sites of capture a (first) and b on tokens that both read, in the same contexts and positions. */
export const CaptureComparisonSchema = z.object({
  a: IdSchema,
  b: IdSchema,
  /** Tokens from the beginning that both hold and that are the same. */
  sharedTokens: z.int(),
  /** The compared tokens are taken evenly from this many at the beginning. */
  sampledFrom: z.int(),
  /** `all`: each site of a with each of b; `same_name`: sites of equal names, because there are more than 36 pairs; `asked`: those that were named. */
  pairing: z.enum(['all', 'same_name', 'asked']),
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
export const ActivationCompareParamsSchema = z.object({
  a: StoredSideSchema,
  b: StoredSideSchema,
  pairs: SitePairsSchema.nullable().default(null),
})
export type ActivationCompareParams = z.infer<typeof ActivationCompareParamsSchema>
