// Figures of an SAE with their intervals, from the sums of each document. Pure; definitions in words are SAE_FIGURES of the contracts.
import { ceRecovered } from '../metrics.js'
import { type Estimate, jackknife, NO_ESTIMATE } from './jackknife.js'
import { combine, type UnitSums } from './sums.js'

/** Cross-entropies in nats: unchanged, with the SAE, with zeros at the site; and the share of the damage of zeros that the SAE avoids. */
export interface CeEstimates {
  readonly ceClean: Estimate
  readonly ceSae: Estimate
  readonly ceZero: Estimate
  /** Not finite where zeros do not clearly hurt: the ratio means nothing there. */
  readonly ceRecovered: Estimate
}

export interface SaeEstimates extends CeEstimates {
  readonly l0: Estimate
  readonly fvu: Estimate
  readonly explainedVariance: Estimate
  readonly explainedVarianceLegacy: Estimate
  readonly kl: Estimate
  /** Mean ‖x‖. */
  readonly inputNorm: Estimate
  /** With the SAE at every position, BOS too, over every prediction. */
  readonly everyPosition: CeEstimates
}

type Figure = (sums: UnitSums) => number

/** E‖t − t̂‖² / (E‖t‖² − ‖E t‖²). NaN without variance. */
export function unexplained({ tokens, error, squares, sum }: UnitSums): number {
  const variance = squares / tokens - sum.reduce((total, value) => total + (value / tokens) ** 2, 0)
  return variance > 0 ? error / tokens / variance : Number.NaN
}

const COUNTED = {
  clean: (s: UnitSums) => s.clean / s.predictions,
  sae: (s: UnitSums) => s.spliced / s.predictions,
  zero: (s: UnitSums) => s.zero / s.predictions,
}
const EVERYWHERE = {
  clean: (s: UnitSums) => s.allClean / s.allPredictions,
  sae: (s: UnitSums) => s.allSpliced / s.allPredictions,
  zero: (s: UnitSums) => s.allZero / s.allPredictions,
}

/** @throws Error without a unit. */
export function estimatesOf(units: readonly UnitSums[]): SaeEstimates {
  const estimate = estimator(units)
  return {
    l0: estimate((s) => s.active / s.tokens),
    fvu: estimate(unexplained),
    explainedVariance: estimate((s) => 1 - unexplained(s)),
    // Each token is compared with the mean of its batch, which every document of the batch moves: leaving one out of the sums does not
    // undo that, and bounds made so hold the truth too seldom.
    explainedVarianceLegacy: withoutBounds(units, (s) => s.legacy / s.tokens),
    kl: estimate((s) => s.divergence / s.diverged),
    inputNorm: estimate((s) => s.norms / s.tokens),
    ...crossEntropies(estimate, COUNTED),
    everyPosition: crossEntropies(estimate, EVERYWHERE),
  }
}

/** How much lower the FVU of `there` is than that of `here`, over the same tokens in the same units: above 0, `there` is better. */
export function fvuGain(here: readonly UnitSums[], there: readonly UnitSums[]): Estimate {
  const [a, b] = [leavingOut(here), leavingOut(there)]
  const gains = a.without.map((sums, n) => unexplained(sums) - unexplained(b.without[n]!))
  return jackknife(unexplained(a.whole) - unexplained(b.whole), gains, a.sizes)
}

const withoutBounds = (units: readonly UnitSums[], figure: Figure): Estimate => ({
  value: figure(wholeOf(units)),
  low: null,
  high: null,
})

function estimator(units: readonly UnitSums[]): (figure: Figure) => Estimate {
  const { whole, without, sizes } = leavingOut(units)
  return (figure) => jackknife(figure(whole), without.map(figure), sizes)
}

/** The sums of all units together. @throws Error without a unit. */
export function wholeOf([first, ...rest]: readonly UnitSums[]): UnitSums {
  if (!first) throw new Error('No position of the text counts.')
  return rest.reduce((sum, one) => combine(sum, one), first)
}

function leavingOut(units: readonly UnitSums[]) {
  const whole = wholeOf(units)
  const without = units.map((one) => combine(whole, one, -1))
  return { whole, without, sizes: units.map(({ tokens }) => tokens) }
}

function crossEntropies(
  estimate: (figure: Figure) => Estimate,
  { clean, sae, zero }: Readonly<Record<'clean' | 'sae' | 'zero', Figure>>,
): CeEstimates {
  const damage = estimate((s) => zero(s) - clean(s))
  const clear = damage.low !== null && damage.low > 0
  return {
    ceClean: estimate(clean),
    ceSae: estimate(sae),
    ceZero: estimate(zero),
    ceRecovered: clear ? estimate((s) => ceRecovered(clean(s), sae(s), zero(s))) : NO_ESTIMATE,
  }
}
