// What was found beside the bands: pure.
import type { CheckedArchitecture, CheckedScore } from '@mistudio/contracts'
import type { Band } from './bands.js'
import type { FoundOnTruth } from './train-on-truth.js'

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Standard errors to both sides of the reference's mean: chance alone leaves this range about once in 300 scores. */
const SIGMAS = 3

const deviation = (values: readonly number[]): number => {
  const middle = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1))
}

/** Our mean beside the range that a mean of as many starts of the reference would lie in. */
function checkedScore(name: CheckedScore['name'], found: readonly FoundOnTruth[], band: Band): CheckedScore {
  const [ours, theirs] = [found.map((start) => start[name]), band.starts.map((start) => start[name])]
  const spread = SIGMAS * deviation(theirs) * Math.sqrt(1 / ours.length + 1 / theirs.length)
  const [from, to] = [mean(theirs) - spread, mean(theirs) + spread]
  return { name, found: mean(ours), starts: ours, from, to, pass: mean(ours) >= from }
}

export function verdict(architecture: string, found: readonly FoundOnTruth[], band: Band): CheckedArchitecture {
  const scores = [checkedScore('mcc', found, band), checkedScore('f1', found, band)]
  return {
    architecture,
    scores,
    l0: mean(found.map(({ l0 }) => l0)),
    dead: mean(found.map(({ dead }) => dead)),
    explainedVariance: mean(found.map(({ explainedVariance }) => explainedVariance)),
    stepsPerSecond: Math.max(...found.map(({ stepsPerSecond }) => stepsPerSecond)),
    pass: scores.every(({ pass }) => pass),
  }
}
