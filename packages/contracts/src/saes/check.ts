// The self-check of an SAE: what it does on the user's model and text, and whether it belongs there.
import { z } from 'zod'
import { IdSchema, TimeSchema } from '../common/envelope.js'
import { JobPrecisionSchema, PrecisionSchema } from '../common/precision.js'

export const CHECK_TOKENS = { least: 256, usual: 8192, most: 1_000_000 } as const

/** A figure with its 95 % interval; null bounds where too few contexts were read to tell. */
export const CheckFigureSchema = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
})
export type CheckFigure = z.infer<typeof CheckFigureSchema>

export const CheckReasonKindSchema = z.enum(['not_finite', 'fvu', 'l0', 'ce', 'site', 'scale'])
/** Another reading of the same SAE that was tried, in the open: another site, or inputs on another scale. */
export const CheckTrialSchema = z.object({
  kind: z.enum(['site', 'scale']),
  label: z.string(),
  fvu: z.number().nullable(),
  l0: z.number().nullable(),
  tokens: z.int(),
})
export type CheckTrial = z.infer<typeof CheckTrialSchema>

export const SaeCheckSchema = z.object({
  verdict: z.enum(['fits', 'does_not_fit']),
  /** Why it does not fit, the clearest reason first. */
  reasons: z.array(z.object({ kind: CheckReasonKindSchema, message: z.string() })),
  /** What is worth knowing although it fits. */
  notes: z.array(z.string()),
  model: z.object({ id: IdSchema, name: z.string(), precision: PrecisionSchema }),
  site: z.string(),
  siteOut: z.string().nullable(),
  text: z.object({
    name: z.string(),
    tokenizationId: IdSchema.nullable(),
    contexts: z.int(),
    contextSize: z.int(),
    /** Positions that count: all but BOS. */
    tokens: z.int(),
  }),
  figures: z.object({
    l0: CheckFigureSchema,
    fvu: CheckFigureSchema,
    explainedVariance: CheckFigureSchema,
    explainedVarianceLegacy: CheckFigureSchema,
    ceRecovered: CheckFigureSchema,
    ceClean: CheckFigureSchema,
    ceSae: CheckFigureSchema,
    ceZero: CheckFigureSchema,
    /** Share of features that fired at none of the tokens; it falls as more tokens are read. */
    deadShare: z.number(),
    /** Mean Euclidean norm of what the SAE reads. */
    inputNorm: CheckFigureSchema,
  }),
  trials: z.array(CheckTrialSchema),
  seconds: z.number(),
  at: TimeSchema,
})
export type SaeCheck = z.infer<typeof SaeCheckSchema>

/** Definitions as the page shows them. */
export const CHECK_FIGURE_TEXTS = {
  l0: { label: 'L0', text: 'Mean number of features ≠ 0 per token.' },
  fvu: {
    label: 'FVU',
    text: 'E‖x − x̂‖² / (E‖x‖² − ‖E x‖²) over all tokens: 0 is perfect, 1 is no better than the mean.',
  },
  explainedVariance: { label: 'Explained variance', text: '1 − FVU, as SAELens reports it since 6.45.' },
  explainedVarianceLegacy: {
    label: 'Explained variance, per token',
    text: 'Mean over tokens of 1 − ‖x − x̂‖² / ‖x − mean of its batch‖², the older form, which SAEBench reports.',
  },
  ceRecovered: {
    label: 'CE recovered',
    text: '(CE with zeros at the site − CE with the SAE) / (CE with zeros − CE unchanged). BOS positions keep their activations.',
  },
} as const

export const CheckSaeSchema = z.strictObject({
  /** null: the bundled text. */
  tokenizationId: IdSchema.nullable(),
  /** How many tokens of it are read, about; the bundled text is read whole. */
  tokens: z.int().min(CHECK_TOKENS.least).max(CHECK_TOKENS.most).default(CHECK_TOKENS.usual),
})
export type CheckSae = z.infer<typeof CheckSaeSchema>

/** What a check works on; part of the parameters of imports, too. */
export const SaeCheckWorkSchema = z.object({
  saeId: IdSchema,
  modelId: IdSchema,
  modelName: z.string(),
  modelPath: z.string(),
  precision: JobPrecisionSchema,
  site: z.string(),
  /** null: what cfg.json says, or `site`. */
  siteOut: z.string().nullable(),
  text: CheckSaeSchema.extend({ name: z.string() }),
})
export type SaeCheckWork = z.infer<typeof SaeCheckWorkSchema>
export const SaeCheckParamsSchema = SaeCheckWorkSchema
