// The judgement of what is stored: a training's summary, its newest figures while it runs, a self-check. Pure.
import type { MetricValues } from '../jobs/schemas.js'
import type { SaeCheck } from '../saes/check.js'
import type { TrainingSummary } from '../trainings/training.js'
import type { FigureEstimate } from './figures.js'
import { judgeSae, type QualityProblem } from './judge.js'

export interface SaeWidths {
  readonly dIn: number
  readonly dSae: number
}

/** Tokens per feature below which a share of features that never fired says little. */
const TOKENS_PER_FEATURE = 10

/** A finished training. */
export function judgeSummary(summary: TrainingSummary, widths: SaeWidths): QualityProblem[] {
  const { intervals, l0Median, deadByWindow, deadShare } = summary
  const figure = (name: 'fvu' | 'l0' | 'ceRecovered'): FigureEstimate => ({
    value: summary[name],
    low: intervals?.[name].low ?? null,
    high: intervals?.[name].high ?? null,
  })
  return judgeSae({
    fvu: figure('fvu'),
    l0: figure('l0'),
    ceRecovered: figure('ceRecovered'),
    l0Median,
    deadShare: deadByWindow ?? deadShare,
    dIn: widths.dIn,
    dSae: widths.dSae,
  })
}

/** A training that goes on: its newest evaluation; nothing before there was one. */
export function judgeLatest(latest: MetricValues, { dIn, dSae }: SaeWidths): QualityProblem[] {
  const figure = (key: string): FigureEstimate => ({
    value: latest[key] ?? null,
    low: latest[`${key}_low`] ?? null,
    high: latest[`${key}_high`] ?? null,
  })
  if (latest['heldout_fvu'] === undefined) return []
  const dead = latest['dead']
  return judgeSae({
    fvu: figure('heldout_fvu'),
    l0: figure('heldout_l0'),
    ceRecovered: figure('ce_recovered'),
    dIn,
    dSae,
    l0Median: latest['heldout_l0_p50'] ?? null,
    deadShare: dead == null ? null : dead / dSae,
  })
}

/** A self-check. Few tokens say nothing of dead features. */
export function judgeCheck(
  { figures, text }: Pick<SaeCheck, 'figures' | 'text'>,
  { dIn, dSae }: SaeWidths,
): QualityProblem[] {
  const { fvu, l0, ceRecovered, deadShare } = figures
  const enough = text.tokens >= TOKENS_PER_FEATURE * dSae
  return judgeSae({ fvu, l0, ceRecovered, deadShare: enough ? deadShare : null, dIn, dSae })
}

/** An SAE by all that is known of it: its training, and its newest self-check. */
export function judgeKnown(
  sae: SaeWidths & { readonly summary: TrainingSummary | null; readonly check: SaeCheck | null },
): QualityProblem[] {
  const found = [
    ...(sae.summary ? judgeSummary(sae.summary, sae) : []),
    ...(sae.check ? judgeCheck(sae.check, sae) : []),
  ]
  return found.filter(({ kind }, n) => found.findIndex((other) => other.kind === kind) === n)
}
