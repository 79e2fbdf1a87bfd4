// What is wrong with an SAE for somebody who wants to use it: one judgement for the training, lists, Compare, the self-check, exports and
// jobs. Pure; it says only what the interval of a figure carries.
import type { FigureEstimate } from './figures.js'

export type QualityProblemKind = 'reconstruction' | 'silent' | 'dense' | 'cross_entropy' | 'dead'
export interface QualityProblem {
  readonly kind: QualityProblemKind
  /** `useless`: it shows nothing of the model. `weak`: it shows part of it. */
  readonly severity: 'useless' | 'weak'
  /** For the user: the figure and what it means. */
  readonly message: string
}

/** Figures of an SAE as far as they are known. A bare number has no interval. */
export interface JudgedFigures {
  readonly fvu: FigureEstimate | number | null
  readonly l0: FigureEstimate | number | null
  /** Features that half the tokens do not exceed. */
  readonly l0Median?: number | null | undefined
  readonly ceRecovered: FigureEstimate | number | null
  /** Share of dead features; null where too few tokens were read to tell. */
  readonly deadShare: number | null
  readonly dIn: number
  readonly dSae: number
}

/** Bounds of the judgement. */
export const QUALITY = {
  /** FVU above which hardly anything, and above which less than half, is explained. */
  fvu: { useless: 0.9, weak: 0.5 },
  /** L0 below which most tokens have no feature. */
  l0Silent: 1,
  /** Share of d_sae from which features no longer tell tokens apart. */
  l0OfDictionary: 0.75,
  ceRecovered: { useless: 0, weak: 0.5 },
  deadShare: 0.5,
} as const

/** Problems, the worst first; empty for an SAE that can be used. */
export function judgeSae(figures: JudgedFigures): QualityProblem[] {
  const found = [reconstruction(figures), sparsity(figures), crossEntropy(figures), dead(figures)].filter(
    (problem) => problem !== null,
  )
  return found.sort((a, b) => Number(a.severity === 'weak') - Number(b.severity === 'weak'))
}

function reconstruction({ fvu }: JudgedFigures): QualityProblem | null {
  const least = lowOf(fvu)
  if (least === null) return null
  if (least > QUALITY.fvu.useless) {
    return problem('reconstruction', 'useless', `FVU is ${number(fvu)}: it explains hardly more than the mean does.`)
  }
  if (least > QUALITY.fvu.weak) {
    return problem('reconstruction', 'weak', `FVU is ${number(fvu)}: more than half of the variance is left over.`)
  }
  return null
}

function sparsity({ l0, l0Median, dIn, dSae }: JudgedFigures): QualityProblem | null {
  const [least, most] = [lowOf(l0), highOf(l0)]
  if (l0Median === 0) {
    return problem('silent', 'useless', `At half of the tokens or more no feature fires (mean L0 ${number(l0)}).`)
  }
  if (most !== null && most < QUALITY.l0Silent) {
    return problem('silent', 'useless', `L0 is ${number(l0)}: most tokens have no feature.`)
  }
  if (least === null) return null
  if (least >= QUALITY.l0OfDictionary * dSae) {
    const message = `L0 is ${number(l0)} of ${dSae} features: nearly all fire at every token, so none stands for anything.`
    return problem('dense', 'useless', message)
  }
  if (least > dIn) {
    return problem('dense', 'weak', `L0 is ${number(l0)}: more features per token than the ${dIn} values they explain.`)
  }
  return null
}

function crossEntropy({ ceRecovered }: JudgedFigures): QualityProblem | null {
  const most = highOf(ceRecovered)
  if (most === null) return null
  const shown = percent(ceRecovered)
  if (most < QUALITY.ceRecovered.useless) {
    return problem(
      'cross_entropy',
      'useless',
      `CE recovered is ${shown}: the model predicts worse with it than with zeros.`,
    )
  }
  if (most < QUALITY.ceRecovered.weak) {
    return problem('cross_entropy', 'weak', `CE recovered is ${shown}: most of what the model needs is lost.`)
  }
  return null
}

function dead({ deadShare }: JudgedFigures): QualityProblem | null {
  if (deadShare === null || deadShare <= QUALITY.deadShare) return null
  return problem('dead', 'weak', `${share(deadShare)} of the features are dead: most of the dictionary is not used.`)
}

const problem = (kind: QualityProblemKind, severity: QualityProblem['severity'], message: string): QualityProblem => ({
  kind,
  severity,
  message,
})

const lowOf = (figure: FigureEstimate | number | null): number | null =>
  figure === null || typeof figure === 'number' ? figure : (figure.low ?? figure.value)
const highOf = (figure: FigureEstimate | number | null): number | null =>
  figure === null || typeof figure === 'number' ? figure : (figure.high ?? figure.value)

const short = (value: number): string => Number(value.toPrecision(3)).toString()
const share = (value: number): string => `${(100 * value).toFixed(1)} %`
const number = (figure: FigureEstimate | number | null): string => shown(figure, short)
const percent = (figure: FigureEstimate | number | null): string => shown(figure, share)

/** `0.93`, with an interval `0.93 [0.91 to 0.95]`. */
function shown(figure: FigureEstimate | number | null, text: (value: number) => string): string {
  if (figure === null) return '–'
  if (typeof figure === 'number') return text(figure)
  const { value, low, high } = figure
  if (value === null) return '–'
  return low === null || high === null ? text(value) : `${text(value)} [${text(low)} to ${text(high)}]`
}
