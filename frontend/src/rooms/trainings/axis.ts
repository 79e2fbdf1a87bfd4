// What the x axis of curves counts: steps, tokens of the training, or time since its first report. All from what is stored: tokens are
// steps times the batch, times are those at which steps were reported. Pure.
import { TIME_PATH, type Training } from '@mistudio/contracts'
import type { XRange } from '../../charts/plot-options.js'
import { breaksOf, type Series } from '../../charts/prepare.js'
import type { Curve, StepRange } from '../../data/index.js'
import { formatCount, formatDuration } from '../../ui/format.js'

export const X_AXES = { step: 'Steps', tokens: 'Tokens', time: 'Time' } as const
export type XKind = keyof typeof X_AXES

export interface XAxis {
  readonly label: string
  format(x: number): string
  /** Where a step lies. */
  of(step: number): number
  /** The step at a place, in fractions. */
  step(x: number): number
  /** Places at which nothing was reported, for all curves; null: each curve tells its own. */
  readonly pauses: readonly number[] | null
}

/** Pauses shorter than this are breaths: an evaluation, a checkpoint. */
const PAUSE_SECONDS = 30

const steps: XAxis = { label: 'step', format: formatCount, of: (step) => step, step: (x) => x, pauses: null }

/** A branch counts its own tokens: those of the training before it may have come in other batches. */
const tokensOf = ({ params, parent }: Pick<Training, 'params' | 'parent'>): XAxis => {
  const from = parent?.step ?? 0
  const of = (step: number) => (step - from) * params.batchSize
  return { ...steps, label: 'tokens', of, step: (x) => from + x / params.batchSize }
}

/** Lies between two known places as far as between their steps. Ends are those of the known places. */
function between(from: readonly number[], to: readonly number[], at: number): number {
  const last = from.length - 1
  if (at <= (from[0] as number)) return to[0] as number
  if (at >= (from[last] as number)) return to[last] as number
  let [low, high] = [0, last]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((from[middle] as number) <= at) low = middle
    else high = middle
  }
  const [a, b] = [from[low] as number, from[high] as number]
  const share = b > a ? (at - a) / (b - a) : 0
  return (to[low] as number) + share * ((to[high] as number) - (to[low] as number))
}

function timeOf({ at, last, width, values }: Curve): XAxis | null {
  const first = values[0]
  if (first == null) return null
  // A bucket tells when its newest step was reported.
  const known = at.flatMap((step, i) => {
    const time = last[i]
    return time == null ? [] : [{ step: step + width - 1, seconds: (time - first) / 1000 }]
  })
  if (width > 1) known.unshift({ step: at[0] ?? 0, seconds: 0 })
  const [places, seconds] = [known.map(({ step }) => step), known.map((one) => one.seconds)]
  return {
    label: 'time since the first report',
    format: formatDuration,
    of: (step) => between(places, seconds, step),
    step: (x) => between(seconds, places, x),
    pauses: breaksOf(seconds, PAUSE_SECONDS),
  }
}

/** The axis of a training; null: its times were not stored. */
export function axisOf(
  kind: XKind,
  training: Pick<Training, 'params' | 'parent'>,
  curves: Readonly<Record<string, Curve>>,
): XAxis | null {
  if (kind === 'step') return steps
  if (kind === 'tokens') return tokensOf(training)
  const time = curves[TIME_PATH]
  return time ? timeOf(time) : null
}

/** A curve as a line on an axis. */
export function lineOn(axis: XAxis, { steps: x, values, bad }: Curve): Pick<Series, 'x' | 'y' | 'bad' | 'breaks'> {
  const places = axis === steps ? x : x.map(axis.of)
  const [from = 0, to = 0] = [places[0], places.at(-1)]
  const breaks = axis.pauses?.filter((at) => at > from && at < to) ?? breaksOf(places)
  return { x: places, y: values, bad: bad.map(({ step, word }) => ({ x: axis.of(step), word })), breaks }
}

/** Whole steps of what is zoomed to, over the axes of several trainings. */
export function stepsOf(range: XRange, axes: readonly XAxis[]): StepRange | null {
  if (axes.length === 0) return null
  return {
    from: Math.max(0, Math.floor(Math.min(...axes.map(({ step }) => step(range.min))))),
    to: Math.max(0, Math.ceil(Math.max(...axes.map(({ step }) => step(range.max))))),
  }
}
