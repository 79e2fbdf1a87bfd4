// Whether a measured SAE belongs to the model and site it was measured at, with the reason. Pure: it only reads figures, and says only what
// their intervals carry.
import type { Estimate } from '../intervals/jackknife.js'
import type { SaeMeasurement } from './measure.js'

/** The same SAE read in another way: at another site, or with its inputs on another scale. */
export interface Trial {
  readonly kind: 'site' | 'scale'
  readonly label: string
  readonly fvu: number
  readonly l0: number
  readonly tokens: number
  /** FVU as it was measured first minus FVU of this reading, on the same tokens: above 0 this one is better. */
  readonly gain: Estimate
}

export interface Verdict {
  /** `undecided`: nothing speaks against it, and nothing clearly for it. */
  readonly verdict: 'fits' | 'does_not_fit' | 'undecided'
  readonly reasons: readonly {
    readonly kind: 'not_finite' | 'fvu' | 'l0' | 'ce' | 'site' | 'scale' | 'unclear'
    readonly message: string
  }[]
}
type Reason = Verdict['reasons'][number]

export interface VerdictInput {
  readonly measured: Pick<SaeMeasurement, 'fvu' | 'l0' | 'ceRecovered' | 'ceClean' | 'ceZero' | 'tokens'>
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
const L0_FACTOR = 2
/** Above this FVU, or beyond L0_FACTOR, other readings of the SAE are tried, in the open. It belongs nowhere that leaves more. */
const DOUBTFUL_FVU = 0.5
/** Another reading explains the misfit when it leaves at most this share of the variance that this one leaves. */
const CLEARLY_BETTER = 0.5

export const doubtful = ({ measured, declaredL0, declaredSite, site }: Omit<VerdictInput, 'trials'>): boolean =>
  (declaredSite !== null && declaredSite !== site) ||
  !(measured.fvu.value <= DOUBTFUL_FVU) ||
  !(measured.ceRecovered.value >= 0.5) ||
  l0IsOff(measured.l0.value, measured.l0.value, declaredL0)

/** Whether L0, somewhere between `low` and `high`, is certainly off. */
const l0IsOff = (low: number, high: number, declared: number | null): boolean =>
  declared !== null && (low > declared * L0_FACTOR || high < declared / L0_FACTOR)

/** The verdict; reasons that name a cause (site, scale) come first. */
export function verdictOf(input: VerdictInput): Verdict {
  const { fvu, l0, tokens } = input.measured
  if (![fvu.value, l0.value].every(Number.isFinite)) {
    const message = `Its figures are not finite numbers on ${tokens} tokens: weights or activations are damaged.`
    return { verdict: 'does_not_fit', reasons: [{ kind: 'not_finite', message }] }
  }
  const against = [...causes(input), ...misfits(input)]
  if (against.length > 0) return { verdict: 'does_not_fit', reasons: against }
  const open = openQuestions(input)
  return open.length > 0 ? { verdict: 'undecided', reasons: open } : { verdict: 'fits', reasons: [] }
}

const causes = (input: VerdictInput): Reason[] =>
  explanations(input).map((trial) => ({ kind: trial.kind, message: causeOf(trial, input.site) }))

/** What speaks against it with the whole of its interval. */
function misfits({ measured: { fvu, l0, ceRecovered, tokens }, declaredL0, site }: VerdictInput): Reason[] {
  const on = `on ${tokens} tokens`
  const reasons: Reason[] = []
  if (fvu.low !== null && fvu.low > 1) {
    const message = `FVU is ${figure(fvu)} ${on}: above 1 it is worse than always giving the mean.`
    reasons.push({ kind: 'fvu', message })
  }
  if (ceRecovered.high !== null && ceRecovered.high < 0) {
    const message = `The model predicts worse with it than with zeros at ${site} (CE recovered ${percent(ceRecovered)} ${on}).`
    reasons.push({ kind: 'ce', message })
  }
  if (l0.low !== null && l0.high !== null && l0IsOff(l0.low, l0.high, declaredL0)) {
    const message = `L0 is ${figure(l0)} ${on}, its files state ${declaredL0}: more than ${L0_FACTOR} times off.`
    reasons.push({ kind: 'l0', message })
  }
  return reasons
}

/** What would have to be known before it can be said to fit. */
function openQuestions({ measured, declaredL0, site }: VerdictInput): Reason[] {
  const { fvu, l0, ceRecovered, ceClean, ceZero, tokens } = measured
  const reasons: Reason[] = []
  const unclear = (message: string) => reasons.push({ kind: 'unclear', message })
  if (fvu.low === null)
    unclear(`The ${tokens} tokens come from too few documents for an interval. Check it on more text.`)
  else if (!Number.isFinite(ceRecovered.value)) {
    unclear(
      `Zeros at ${site} do not clearly hurt the model on ${tokens} tokens (cross-entropy ${figure(ceZero)} nats with zeros, ${figure(ceClean)} unchanged), so what the SAE recovers cannot be told.`,
    )
  } else if (ceRecovered.low !== null && ceRecovered.low < 0) {
    unclear(`Whether it serves the model better than zeros is open: CE recovered ${percent(ceRecovered)}.`)
  }
  if (fvu.value > 1 || (fvu.high !== null && fvu.high > 1)) {
    unclear(`Whether it explains more than the mean is open: FVU ${figure(fvu)}.`)
  }
  if (l0IsOff(l0.value, l0.value, declaredL0)) {
    unclear(`L0 is ${figure(l0)}, its files state ${declaredL0}; the text is too little to tell whether that is off.`)
  }
  return reasons
}

/**
 * The best other site and the other scale, where they explain the misfit; the better one first. Each must be better with the whole interval
 * of the difference, and good. Neighbouring sites of a residual stream are alike, so any site but the one that the files state must be
 * better by far.
 */
function explanations({ trials, measured: { fvu }, declaredSite }: VerdictInput): Trial[] {
  const isStated = ({ kind, label }: Trial): boolean => kind === 'site' && label === declaredSite
  const explains = (trial: Trial): boolean =>
    trial.gain.low !== null &&
    trial.gain.low > 0 &&
    (isStated(trial) ? trial.fvu <= DOUBTFUL_FVU : trial.fvu <= fvu.value * CLEARLY_BETTER && trial.fvu < 1)
  const better = trials.filter(explains)
  better.sort((a, b) => Number(isStated(b)) - Number(isStated(a)) || a.fvu - b.fvu)
  return better.filter((trial) => better.find(({ kind }) => kind === trial.kind) === trial)
}

const short = (value: number): string => Number(value.toPrecision(3)).toString()
const share = (value: number): string => `${(100 * value).toFixed(1)} %`
const withInterval = ({ value, low, high }: Estimate, text: (value: number) => string): string =>
  low === null || high === null ? text(value) : `${text(value)} [${text(low)} to ${text(high)}]`
const figure = (estimate: Estimate): string => withInterval(estimate, short)
const percent = (estimate: Estimate): string => withInterval(estimate, share)

function causeOf({ kind, label, fvu, tokens, gain }: Trial, site: string): string {
  const here = fvu + gain.value
  const figures = `FVU ${short(fvu)} on ${tokens} tokens instead of ${short(here)}, better by ${figure(gain)}`
  return kind === 'site'
    ? `It belongs to ${label} rather than ${site}: ${figures}. Import it for that site.`
    : `It expects ${label}: ${figures}. Its scale was not folded into the weights; export it again with the normalisation folded in.`
}
