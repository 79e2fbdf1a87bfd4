// Features of an extraction: the browser's rows and the feature page.
import { z } from 'zod'
import { IdSchema } from '../common/envelope.js'
import { JobPrecisionSchema } from '../common/precision.js'
import { block, line } from '../common/text.js'
import { VersionSchema } from '../common/version.js'
import { TokenSpanSchema } from '../datasets/schemas.js'

/** A stretch of text with this feature's activation on every token. `peak` indexes `tokens`. */
export const ExampleSchema = z.object({
  kind: z.enum(['top', 'quantile']),
  /** Quantile group, 0 = weakest; null for top examples. */
  group: z.int().nullable(),
  value: z.number(),
  context: z.int(),
  position: z.int(),
  peak: z.int(),
  tokens: z.array(TokenSpanSchema),
  activations: z.array(z.number()),
})
export type Example = z.infer<typeof ExampleSchema>

export const LogitSchema = z.object({ token: z.string(), id: z.int(), value: z.number() })
export type Logit = z.infer<typeof LogitSchema>

export const FeatureRowSchema = z.object({
  index: z.int(),
  label: z.string().nullable(),
  starred: z.boolean(),
  /** Share of read tokens on which the feature is not zero. */
  density: z.number(),
  maxActivation: z.number(),
  /** Mean over the tokens on which it fires. */
  meanActivation: z.number(),
  firings: z.number(),
  topTokens: z.array(z.string()),
  best: ExampleSchema.nullable(),
})
export type FeatureRow = z.infer<typeof FeatureRowSchema>

export const FeatureSortSchema = z.enum(['index', 'density', 'max', 'mean', 'label'])
export const FeatureListQuerySchema = z.object({
  sort: FeatureSortSchema.default('max'),
  order: z.enum(['asc', 'desc']).default('desc'),
  /** Text in label, notes, top tokens or examples. */
  search: line().max(200).optional(),
  minDensity: z.coerce.number().min(0).max(1).optional(),
  maxDensity: z.coerce.number().min(0).max(1).optional(),
  minActivation: z.coerce.number().min(0).optional(),
  maxActivation: z.coerce.number().min(0).optional(),
  starred: z.stringbool().optional(),
  labelled: z.stringbool().optional(),
  /** Features that never fired are left out unless asked for. */
  includeDead: z.stringbool().default(false),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  /** Only these, by number: `12,40`. */
  indices: z
    .string()
    .regex(/^\d{1,9}(,\d{1,9}){0,499}$/)
    .optional(),
  /** Only those of this list. */
  list: IdSchema.optional(),
})
export type FeatureListQuery = z.infer<typeof FeatureListQuerySchema>
/** What is filtered and in which order, without the page. */
export const FeatureFilterSchema = FeatureListQuerySchema.omit({ offset: true, limit: true })
export type FeatureFilter = z.infer<typeof FeatureFilterSchema>
/** Numbers of features, in the order of the list. */
export const FeatureIndicesSchema = z.object({ indices: z.array(z.int()) })

export const FeatureSchema = FeatureRowSchema.omit({ best: true }).extend({
  extractionId: IdSchema,
  saeId: IdSchema,
  notes: z.string(),
  /** Of label and notes. */
  version: VersionSchema,
  /** Counts of non-zero activations; `edges` has one element more than `counts`. */
  histogram: z.object({
    edges: z.array(z.number()),
    counts: z.array(z.number()),
    /** Firings in each interval [from, to) that examples were drawn from; left out where peaks of contexts were. */
    intervals: z.array(z.object({ from: z.number(), to: z.number(), firings: z.number() })).optional(),
  }),
  /** Direct effect on the output: W_dec[f] · W_U (final norm's weight folded in, no bias), largest and smallest. */
  positiveLogits: z.array(LogitSchema),
  negativeLogits: z.array(LogitSchema),
  /** Tokens of the vocabulary by the same effect; null where it was not kept, or where the site does not reach the output directly. */
  logitHistogram: z.object({ edges: z.array(z.number()), counts: z.array(z.number()) }).nullable(),
  /** Nearest by cosine of decoder rows. */
  neighbours: z.array(z.object({ index: z.int(), cosine: z.number(), label: z.string().nullable() })),
  examples: z.array(ExampleSchema),
  /** Lower and upper activation of each quantile group. */
  quantileEdges: z.array(z.number()),
  previous: z.int().nullable(),
  next: z.int().nullable(),
})
export type Feature = z.infer<typeof FeatureSchema>

/** Label, notes and star belong to the SAE's feature, so they outlive an extraction. */
export const AnnotateFeatureSchema = z.strictObject({
  label: line().trim().max(200).nullable().optional(),
  notes: block().max(20_000).optional(),
  starred: z.boolean().optional(),
})
export const AnnotationSchema = z.object({
  index: z.int(),
  label: z.string().nullable(),
  notes: z.string(),
  starred: z.boolean(),
  /** Of label and notes: a star takes nothing away from anybody. */
  version: VersionSchema,
})

/** Label, star or both of many features at once. */
export const AnnotateFeaturesSchema = z.strictObject({
  indices: z.array(z.int().min(0)).min(1).max(200_000),
  starred: z.boolean().optional(),
  label: line().trim().max(200).nullable().optional(),
  /** Whether labels that exist are replaced; otherwise such features keep theirs. */
  replaceLabels: z.boolean().default(false),
})
export type AnnotateFeatures = z.infer<typeof AnnotateFeaturesSchema>
/** How many features have changed. */
export const AnnotatedSchema = z.object({ changed: z.int() })

/** A token of the text that an extraction read, and how much around it is asked for. */
const PlaceSchema = z.strictObject({
  context: z.int().min(0),
  position: z.int().min(0),
  reach: z.enum(['context', 'document']),
})
/** Own text, or a place in the text that was read. */
export const ProbeFeatureSchema = z.union([z.strictObject({ text: block().min(1).max(4000) }), PlaceSchema])
export type ProbeFeature = z.infer<typeof ProbeFeatureSchema>

/** A text through the model and SAE: activations of one feature on every token, and the strongest features per token. */
export const ProbeResultSchema = z.object({
  tokens: z.array(TokenSpanSchema),
  activations: z.array(z.number()),
  max: z.number(),
  topFeatures: z.array(z.array(z.object({ index: z.int(), value: z.number() }))),
  /** Where among `tokens` the place lies that was asked for; null for own text. */
  position: z.int().nullable(),
  /** Whether the document goes on before and after these tokens. */
  goesOn: z.object({ before: z.boolean(), after: z.boolean() }),
})
export type ProbeResult = z.infer<typeof ProbeResultSchema>
/** With the labels of the feature asked about and of those named in it, by number. */
export const FeatureProbeSchema = ProbeResultSchema.extend({ labels: z.record(z.string(), z.string()) })
export type FeatureProbe = z.infer<typeof FeatureProbeSchema>

export const FeatureProbeParamsSchema = z.object({
  saeId: IdSchema,
  modelPath: z.string(),
  precision: JobPrecisionSchema,
  site: z.string(),
  feature: z.int(),
  source: z.union([
    z.object({ text: z.string() }),
    PlaceSchema.extend({ tokenizationId: IdSchema, excludeBos: z.boolean() }),
  ]),
})

/** Alive features by density: bins of equal width in log10, so that one of a thousandth and one of a millionth are both seen. */
export const DensityHistogramSchema = z.object({
  /** Densities at the borders of bins, one more than counts. */
  edges: z.array(z.number()),
  counts: z.array(z.int()),
  /** Features that never fired. */
  dead: z.int(),
})
export type DensityHistogram = z.infer<typeof DensityHistogramSchema>
