// Whether a measured SAE belongs to the model and site it was measured at, with the reason. Pure: it only reads figures.
import type { SaeMeasurement } from './measure.js'

/** The same SAE read in another way: at another site, or with its inputs on another scale. */
export interface Trial {
  readonly kind: 'site' | 'scale'
  readonly label: string
  readonly fvu: number
  readonly l0: number
  readonly tokens: number
}

export interface Verdict {
  readonly verdict: 'fits' | 'does_not_fit'
  readonly reasons: readonly {
    readonly kind: 'not_finite' | 'fvu' | 'l0' | 'ce' | 'site' | 'scale'
    readonly message: string
  }[]
}

export interface VerdictInput {
  readonly measured: Pick<SaeMeasurement, 'fvu' | 'l0' | 'ceRecovered' | 'tokens'>
  /** Where it was measured. */
  readonly site: string
  /** Where its files say that it reads; null when they do not. */
  readonly declaredSite: string | null
  /** Mean number of features per token as the files state it; null when they do not. */
  readonly declaredL0: number | null
  /** Empty when nothing was doubtful. */
  readonly trials: readonly Trial[]
}

/** L0 may be this many times the stated one, or as many times less. */
export const L0_FACTOR = 2
/** Above this FVU, or beyond L0_FACTOR, other readings of the SAE are tried, in the open. */
export const DOUBTFUL_FVU = 0.5
/** Another reading explains the misfit when it leaves at most this share of the variance that this one leaves. */
const CLEARLY_BETTER = 0.5

export const doubtful = ({ measured, declaredL0, declaredSite, site }: Omit<VerdictInput, 'trials'>): boolean =>
  (declaredSite !== null && declaredSite !== site) ||
  !(measured.fvu.value <= DOUBTFUL_FVU) ||
  !(measured.ceRecovered.value >= 0.5) ||
  l0IsOff(measured.l0.value, declaredL0)

const l0IsOff = (l0: number, declared: number | null): boolean =>
  declared !== null && (l0 > declared * L0_FACTOR || l0 < declared / L0_FACTOR)

/** The verdict; reasons that name a cause (site, scale) come first. */
export function verdictOf(input: VerdictInput): Verdict {
  const { measured, declaredL0, site } = input
  const { fvu, l0, ceRecovered, tokens } = measured
  const on = `on ${tokens} tokens`
  if (![fvu.value, l0.value, ceRecovered.value].every(Number.isFinite)) {
    return wrong([
      { kind: 'not_finite', message: `Its figures are not finite numbers ${on}: weights or activations are damaged.` },
    ])
  }
  const reasons: Verdict['reasons'][number][] = []
  for (const trial of explanations(input)) {
    reasons.push({ kind: trial.kind, message: causeOf(trial, fvu.value, site) })
  }
  if (fvu.value > 1) {
    reasons.push({
      kind: 'fvu',
      message: `FVU is ${fvu.value.toPrecision(3)} ${on}: above 1 it is worse than always giving the mean.`,
    })
  }
  if (ceRecovered.value < 0) {
    reasons.push({
      kind: 'ce',
      message: `The model predicts worse with it than with zeros at ${site} (CE recovered ${percent(ceRecovered.value)} ${on}).`,
    })
  }
  if (declaredL0 !== null && l0IsOff(l0.value, declaredL0)) {
    reasons.push({
      kind: 'l0',
      message: `L0 is ${l0.value.toPrecision(3)} ${on}, its files state ${declaredL0}: more than ${L0_FACTOR} times off.`,
    })
  }
  return reasons.length > 0 ? wrong(reasons) : { verdict: 'fits', reasons }
}

/**
 * The best other site and the other scale, where they explain the misfit; the better one first. Neighbouring sites of a residual stream are
 * alike, so the site that the files state counts as soon as it is better than the interval; any other must be clearly better.
 */
function explanations({ trials, measured: { fvu }, declaredSite }: VerdictInput): Trial[] {
  const enough = ({ kind, label }: Trial): number =>
    kind === 'site' && label === declaredSite ? (fvu.low ?? fvu.value * 0.9) : fvu.value * CLEARLY_BETTER
  const better = trials.filter((trial) => trial.fvu <= enough(trial) && trial.fvu < 1)
  better.sort((a, b) => Number(b.label === declaredSite) - Number(a.label === declaredSite) || a.fvu - b.fvu)
  return better.filter((trial) => better.find(({ kind }) => kind === trial.kind) === trial)
}

const wrong = (reasons: Verdict['reasons']): Verdict => ({ verdict: 'does_not_fit', reasons })
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

function causeOf({ kind, label, fvu, tokens }: Trial, here: number, site: string): string {
  const figures = `FVU ${fvu.toPrecision(3)} on ${tokens} tokens instead of ${here.toPrecision(3)}`
  return kind === 'site'
    ? `It belongs to ${label} rather than ${site}: ${figures}. Import it for that site.`
    : `It expects ${label}: ${figures}. Its scale was not folded into the weights; export it again with the normalisation folded in.`
}
