// The parity report of a model: every check with its figure and tolerance, where and with what it was made. Also written as a file.
import { z } from 'zod'
import { TimeSchema } from '../common/envelope.js'
import { PrecisionSchema } from '../common/precision.js'

/** Version of the report; a reader refuses a newer one. */
export const PARITY_FORMAT = 1

export const ParityGroupSchema = z.enum(['numerics', 'text', 'golden', 'precision'])
export type ParityGroup = z.infer<typeof ParityGroupSchema>

/** What each group looks at, as the report and the page say it. */
export const PARITY_GROUPS: Readonly<Record<ParityGroup, { title: string; explanation: string }>> = {
  numerics: {
    title: 'The model against itself',
    explanation:
      'Values must be finite, the same input must give the same bits, and cached steps what whole runs give.',
  },
  text: {
    title: 'On text',
    explanation: 'The loss on bundled English sentences, and the tokenizer giving back the texts it was given.',
  },
  golden: {
    title: 'Against stored values of a reference',
    explanation:
      'golden.json and golden.safetensors beside the weights hold what a reference library computed; each is compared at the valid positions.',
  },
  precision: {
    title: 'Quantised copies against full precision',
    explanation:
      'How far the next-token distributions of this model at int8 and int4 are from those at float32, whichever it is loaded as.',
  },
}

/** A quantised model beside the same model at float32, on the same tokens. */
export const PrecisionLossSchema = z.object({
  precision: PrecisionSchema,
  /** KL(float32 ‖ this) of the next-token distributions in nats, mean and largest over the positions; null: not a finite number. */
  meanKl: z.number().nullable(),
  maxKl: z.number().nullable(),
  /** exp of the mean next-token loss, of this model and at float32. */
  perplexity: z.number().nullable(),
  originalPerplexity: z.number().nullable(),
  /** Share of positions at which both prefer the same token. */
  sameTop: z.number(),
  positions: z.int(),
})
export type PrecisionLoss = z.infer<typeof PrecisionLossSchema>

export const ParityCheckSchema = z.object({
  name: z.string(),
  group: ParityGroupSchema,
  /** How the model was run; null when it does not matter. */
  variant: z.object({ threads: z.int(), optimise: z.boolean() }).nullable(),
  /** Held against the tolerance. For compared values the largest absolute difference; null: not a finite number. */
  figure: z.number().nullable(),
  /** Mean absolute difference of compared values. */
  mean: z.number().nullable(),
  /** Empty: unit of the compared values. */
  unit: z.enum(['', 'nats', 'tokens', 'values', 'texts']),
  /** Largest figure that passes; null: measured, not judged. */
  tolerance: z.number().nullable(),
  pass: z.boolean(),
  /** Values, tokens or texts that the figure speaks of. */
  count: z.int(),
  detail: z.string(),
  /** Of checks of the group `precision`. */
  loss: PrecisionLossSchema.optional(),
})
export type ParityCheck = z.infer<typeof ParityCheckSchema>

export const ParityReportSchema = z.object({
  format: z.literal(PARITY_FORMAT),
  model: z.object({
    name: z.string(),
    architecture: z.string(),
    parameters: z.int(),
    /** Config, tokenizer and weights, as they were read. */
    files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
  }),
  environment: z.object({
    product: z.string(),
    /** Name and version of what runs the graphs. */
    runtime: z.string(),
    node: z.string(),
    platform: z.string(),
    cpu: z.string(),
    threads: z.int(),
    precision: z.string(),
  }),
  startedAt: TimeSchema,
  seconds: z.number(),
  checks: z.array(ParityCheckSchema),
  /** What was not looked at, and why. */
  skipped: z.array(z.object({ group: ParityGroupSchema, reason: z.string() })),
})
export type ParityReport = z.infer<typeof ParityReportSchema>

/** How a check came out. `measured`: it has a figure and no limit. `remark`: no limit was passed, and yet it is worth knowing. */
export type ParityOutcome = 'passed' | 'failed' | 'measured' | 'remark'

export function parityOutcome({
  pass,
  tolerance,
  figure,
  unit,
}: Pick<ParityCheck, 'pass' | 'tolerance' | 'figure' | 'unit'>): ParityOutcome {
  if (!pass) return 'failed'
  if (tolerance !== null) return 'passed'
  // Texts are counted where they came out changed.
  return unit === 'texts' && figure !== 0 ? 'remark' : 'measured'
}

/** What lists and headers say of a report. */
export const ParitySummarySchema = z.object({
  /** Checks within their limit; in summaries of before, those that only measure as well. */
  passed: z.int(),
  failed: z.int(),
  /** Checks that only measure; summaries of before do not tell them apart. */
  measured: z.int().optional(),
  /** Checks that did not fail and are worth a look. */
  remarks: z.int().default(0),
  at: TimeSchema,
  /** What the quantised precisions cost, as measured; those that were not measured are missing. */
  losses: z.array(PrecisionLossSchema).default([]),
})
export type ParitySummary = z.infer<typeof ParitySummarySchema>

export const paritySummary = ({ checks, startedAt }: ParityReport): ParitySummary => {
  const outcomes = checks.map(parityOutcome)
  const count = (wanted: ParityOutcome) => outcomes.filter((outcome) => outcome === wanted).length
  const losses = checks.flatMap(({ loss }) => (loss ? [loss] : []))
  return {
    passed: count('passed'),
    failed: count('failed'),
    measured: count('measured'),
    remarks: count('remark'),
    at: startedAt,
    losses,
  }
}
