// The self-check of an SAE: what it does on the user's model and text, and whether it belongs there.
import { z } from 'zod'
import { IdSchema, TimeSchema } from '../common/envelope.js'
import { JobPrecisionSchema, PrecisionSchema } from '../common/precision.js'
import { TokensReadSchema, TrainedOnSchema } from '../extractions/text.js'
import { FigureEstimateSchema, SAE_FIGURES } from '../quality/figures.js'

export const CHECK_TOKENS = { least: 256, usual: 8192, most: 1_000_000 } as const

export const CheckReasonKindSchema = z.enum(['not_finite', 'fvu', 'l0', 'ce', 'site', 'scale', 'unclear', 'quality'])
/** Another reading of the same SAE that was tried, in the open: another site, or inputs on another scale. */
export const CheckTrialSchema = z.object({
  kind: z.enum(['site', 'scale']),
  label: z.string(),
  fvu: z.number().nullable(),
  l0: z.number().nullable(),
  tokens: z.int(),
  /** How much lower its FVU is than where the SAE was measured, on the same tokens; checks of before did not measure it. */
  gain: FigureEstimateSchema.optional(),
})
export type CheckTrial = z.infer<typeof CheckTrialSchema>

export const CheckVerdictSchema = z.enum(['fits', 'poor', 'undecided', 'does_not_fit'])
const CheckSchema = z.object({
  /** `poor`: it belongs here as far as one can tell, and serves badly. `undecided`: the text does not tell. */
  verdict: CheckVerdictSchema,
  /** Why it does not just fit, the clearest reason first. */
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
    /** Positions that count: all but BOS and what its files say it was not trained on. */
    tokens: z.int(),
    /** Documents that they come from; checks of before made their intervals over contexts and have none. */
    documents: z.int().optional(),
    /** Of a dataset: what was read of each share, and what the SAE knew of it. Checks of before did not note it. */
    read: TokensReadSchema.optional(),
    trainedOn: TrainedOnSchema.optional(),
  }),
  figures: z.object({
    l0: FigureEstimateSchema,
    fvu: FigureEstimateSchema,
    explainedVariance: FigureEstimateSchema,
    explainedVarianceLegacy: FigureEstimateSchema,
    ceRecovered: FigureEstimateSchema,
    ceClean: FigureEstimateSchema,
    ceSae: FigureEstimateSchema,
    ceZero: FigureEstimateSchema,
    ceRecoveredEveryPosition: FigureEstimateSchema.optional(),
    /** Share of features that fired at none of the tokens; it falls as more tokens are read. */
    deadShare: z.number(),
    /** Mean Euclidean norm of what the SAE reads. */
    inputNorm: FigureEstimateSchema,
  }),
  trials: z.array(CheckTrialSchema),
  seconds: z.number(),
  at: TimeSchema,
})
export type SaeCheck = z.infer<typeof CheckSchema>

/** In checks of before CE recovered has a value even where zeros do not clearly hurt the model, and such SAEs "fit". */
function withMeaning(check: SaeCheck): SaeCheck {
  const { ceRecovered, ceClean, ceZero } = check.figures
  const clear = (ceZero.low ?? Number.NEGATIVE_INFINITY) > (ceClean.high ?? Number.POSITIVE_INFINITY)
  if (check.text.documents !== undefined || ceRecovered.value === null || clear) return check
  return {
    ...check,
    verdict: check.verdict === 'fits' ? 'undecided' : check.verdict,
    figures: { ...check.figures, ceRecovered: { value: null, low: null, high: null } },
  }
}
export const SaeCheckSchema = CheckSchema.transform(withMeaning)

/** Figures of a check in the order of the page, with their definitions. */
export const CHECK_FIGURES = [
  'l0',
  'fvu',
  'explainedVariance',
  'explainedVarianceLegacy',
  'ceRecovered',
  'ceRecoveredEveryPosition',
  'ceClean',
  'ceSae',
  'ceZero',
] as const satisfies readonly (keyof typeof SAE_FIGURES)[]

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
  /** `trainedOn`: what the SAE was trained on, seen from this text; `this`: nothing but its held-out documents is read. */
  text: CheckSaeSchema.extend({ name: z.string(), trainedOn: TrainedOnSchema.default('unknown') }),
})
export type SaeCheckWork = z.infer<typeof SaeCheckWorkSchema>
export const SaeCheckParamsSchema = SaeCheckWorkSchema
/** What imports and checks end with; the check itself is the SAE's. */
export const SaeCheckResultSchema = z.object({ verdict: CheckVerdictSchema, warnings: z.array(z.string()) })
