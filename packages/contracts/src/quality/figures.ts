// What every figure of an SAE means: one name, one definition, for pages, exports, model cards and the command line. Metrics of a training
// (trainings/metrics.ts) and figures of a self-check (saes/check.ts) take theirs from here.
import { z } from 'zod'

/** A figure with its 95 % interval; null where it has no meaning, and null bounds where there are too few documents to tell. */
export const FigureEstimateSchema = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
})
export type FigureEstimate = z.infer<typeof FigureEstimateSchema>

/** Which tokens any figure of an SAE is taken over. */
export const COUNTED_TOKENS = 'Tokens that count: all but BOS and what the SAE was not trained on.'

const figure = (label: string, text: string) => ({ label, text })

export const SAE_FIGURES = {
  l0: figure('L0', 'Mean number of features ≠ 0 per token.'),
  fvu: figure(
    'FVU',
    'E‖x − x̂‖² / (E‖x‖² − ‖E x‖²) over all tokens that count: 0 is perfect, 1 is no better than the mean.',
  ),
  explainedVariance: figure('Explained variance', '1 − FVU, as SAELens reports it since 6.45.'),
  explainedVarianceLegacy: figure(
    'Explained variance, per token',
    'Mean over tokens of 1 − ‖x − x̂‖² / ‖x − mean of its batch‖², the older form, which SAEBench reports. Without an interval: the mean of a batch depends on all of its documents.',
  ),
  ceClean: figure(
    'CE clean',
    'Next-token cross-entropy of the unmodified model, over predictions made at tokens that count.',
  ),
  ceSae: figure(
    'CE with SAE',
    'The same with the reconstruction spliced in; BOS and what the SAE was not trained on keep their activations.',
  ),
  ceZero: figure(
    'CE with zeros',
    'The same with the site, or all sites of a crosscoder, set to zero at every position.',
  ),
  ceRecovered: figure(
    'CE recovered',
    '(CE with zeros − CE with SAE) / (CE with zeros − CE clean), as SAELens’s ce_loss_score with BOS ignored: BOS and what the SAE was not trained on keep their activations and count in no loss. No value where zeros do not clearly hurt the model.',
  ),
  ceRecoveredEveryPosition: figure(
    'CE recovered, every position',
    'The same ratio with the reconstruction spliced in at every position, BOS too, and every prediction counted.',
  ),
  kl: figure('KL', 'Mean over tokens that count of KL(unmodified ‖ with SAE), spliced in as for CE with SAE.'),
  neverFired: figure(
    'Never fired',
    'Share of features that fire at none of the tokens that count; it falls as more tokens are read.',
  ),
  dead: figure('Dead', 'Features that did not fire within the dead window of the training.'),
} as const
export type SaeFigure = keyof typeof SAE_FIGURES

/** How intervals are made, in words. */
export const INTERVAL_TEXT =
  '95 % intervals leave out whole documents (jackknife), because tokens of one document depend on one another.'
