// Trainings beside one another: which, in which colour, their figures, and the best trade of L0 against quality. Pure.
import {
  type FigureEstimate,
  type IntervalMetric,
  SAE_FIGURES,
  TRAINING_METRIC_KEYS,
  TRAINING_METRICS,
  type Training,
  type TrainingMetricKey,
} from '@mistudio/contracts'
import type { Series } from '../../charts/prepare.js'
import { type Curve, withDetail } from '../../data/run-series.js'
import type { AskedOf, Places } from '../../places/index.js'
import { formatInterval, formatPercent, formatValue } from '../../ui/format.js'
import { lineOn, type XAxis } from './axis.js'
import { lineLook } from './prepare.js'

/** Trainings that the address names: a sweep, or ids in their order. */
export function chosenTrainings(
  all: readonly Training[],
  asked: Partial<AskedOf<Places['compareTrainings']>>,
): Training[] {
  const { sweep, ids = [] } = asked
  if (sweep)
    return all
      .filter(({ sweepId }) => sweepId === sweep)
      .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
  return ids.flatMap((id) => all.filter((training) => training.id === id))
}

export interface Figures {
  readonly l0: FigureEstimate
  readonly fvu: FigureEstimate
  readonly ceRecovered: FigureEstimate
  readonly kl: FigureEstimate
  readonly deadShare: number | null
}

/** Final figures on held-out text, or those of the newest evaluation while it runs. */
export function heldOutFigures({ summary, latest }: Pick<Training, 'summary' | 'latest'>): Figures {
  if (summary) {
    const of = (name: 'l0' | 'fvu' | 'ceRecovered' | 'kl'): FigureEstimate => ({
      value: summary[name],
      low: null,
      high: null,
      ...summary.intervals?.[name],
    })
    return { l0: of('l0'), fvu: of('fvu'), ceRecovered: of('ceRecovered'), kl: of('kl'), deadShare: summary.deadShare }
  }
  const of = (key: IntervalMetric): FigureEstimate => ({
    value: latest[key] ?? null,
    low: latest[`${key}_low`] ?? null,
    high: latest[`${key}_high`] ?? null,
  })
  return {
    l0: of('heldout_l0'),
    fvu: of('heldout_fvu'),
    ceRecovered: of('ce_recovered'),
    kl: of('kl'),
    deadShare: latest['heldout_dead_share'] ?? null,
  }
}

export interface FigureColumn {
  readonly id: string
  readonly label: string
  value(figures: Figures): number | null
  text(figures: Figures): string
  /** 95 %, where there is one. */
  interval(figures: Figures): string | null
}
const measured = (
  id: 'l0' | 'fvu' | 'ceRecovered' | 'kl',
  label: string,
  show: (value: number | null) => string,
): FigureColumn => ({
  id,
  label,
  value: (figures) => figures[id].value,
  text: (figures) => show(figures[id].value),
  interval: (figures) => formatInterval(figures[id], show),
})
const percent = (value: number | null) => formatPercent(value, 2)

/** Figures of the table, in its order at first. */
export const FIGURE_COLUMNS: readonly FigureColumn[] = [
  measured('l0', 'L0', formatValue),
  measured('fvu', 'FVU', formatValue),
  measured('ceRecovered', 'CE recovered', percent),
  measured('kl', 'KL', formatValue),
  {
    id: 'dead',
    label: SAE_FIGURES.neverFired.label,
    value: ({ deadShare }) => deadShare,
    text: ({ deadShare }) => formatPercent(deadShare),
    interval: () => null,
  },
]

export type Look = Pick<Series, 'color' | 'dash'>
export type Looks = ReadonlyMap<string, Look>

/** Looks of trainings by id: those that had one keep it, a new one gets the first that is free. */
export function looksOf(ids: readonly string[], before: ReadonlyMap<string, number>): Map<string, number> {
  const kept = new Map([...before].filter(([id]) => ids.includes(id)))
  for (const id of ids) {
    if (kept.has(id)) continue
    const taken = new Set(kept.values())
    let free = 0
    while (taken.has(free)) free++
    kept.set(id, free)
  }
  return kept
}

/** Metrics that any of the trainings has measured, in the order of the contract. */
export const measuredBy = (trainings: readonly Pick<Training, 'latest'>[]): TrainingMetricKey[] =>
  TRAINING_METRIC_KEYS.filter((key) => trainings.some(({ latest }) => key in latest))

/** Charts that stand there at first. */
const FIRST: readonly TrainingMetricKey[] = ['loss', 'heldout_fvu', 'heldout_l0', 'ce_recovered']
export const firstMetrics = (measured: readonly TrainingMetricKey[]): TrainingMetricKey[] => {
  const found = FIRST.filter((key) => measured.includes(key))
  return found.length > 0 ? found : measured.slice(0, 2)
}

/** A training with its curves and the axis that they are drawn on. */
export interface Compared {
  readonly training: Training
  readonly curves: Readonly<Record<string, Curve>>
  readonly near: Readonly<Record<string, Curve>> | undefined
  readonly axis: XAxis
}

/** One metric of several trainings on one chart; those that did not measure it have no line. */
export const comparedSeries = (compared: readonly Compared[], looks: Looks, key: TrainingMetricKey): Series[] =>
  compared.flatMap(({ training, curves, near, axis }) => {
    const curve = curves[key]
    if (!curve) return []
    const { unit } = TRAINING_METRICS[key]
    const line = lineOn(axis, withDetail(curve, near?.[key]))
    return { key: training.id, label: training.name, unit, ...(looks.get(training.id) ?? lineLook(0)), ...line }
  })

/** What is traded against L0: a share of variance that is lost, or of the loss that is kept. */
export type Quality = 'fvu' | 'ceRecovered'
export const QUALITIES: Readonly<Record<Quality, { label: string; better: 'less' | 'more' }>> = {
  fvu: { label: 'FVU', better: 'less' },
  ceRecovered: { label: 'CE recovered', better: 'more' },
}

export interface ParetoPoint {
  readonly id: string
  readonly x: number
  readonly y: number
}

/** Points that no other one beats in both: fewer features at least as good, or better with as few; by L0. */
export function paretoFront(points: readonly ParetoPoint[], better: 'less' | 'more'): ParetoPoint[] {
  const sign = better === 'less' ? 1 : -1
  const sorted = [...points].sort((a, b) => a.x - b.x || sign * (a.y - b.y))
  const front: ParetoPoint[] = []
  for (const point of sorted) {
    const last = front.at(-1)
    if (!last || sign * point.y < sign * last.y) front.push(point)
  }
  return front
}

/** Every training as a point in its colour, and the front as a line behind them. */
export function paretoSeries(trainings: readonly Training[], quality: Quality, looks: Looks): Series[] {
  const points = trainings.flatMap((training): ParetoPoint[] => {
    const figures = heldOutFigures(training)
    const [x, y] = [figures.l0.value, figures[quality].value]
    return x === null || y === null ? [] : [{ id: training.id, x, y }]
  })
  if (points.length === 0) return []
  const { label, better } = QUALITIES[quality]
  const front = paretoFront(points, better)
  const line: Series = {
    key: 'front',
    label: 'Pareto front',
    unit: label,
    color: '--series-slate',
    dash: [4, 4],
    x: front.map(({ x }) => x),
    y: front.map(({ y }) => y),
  }
  const named = trainings.map((training): Series => {
    const point = points.find(({ id }) => id === training.id)
    const { color } = looks.get(training.id) ?? lineLook(0)
    return {
      key: training.id,
      label: training.name,
      unit: label,
      color,
      mark: 11,
      x: point ? [point.x] : [],
      y: point ? [point.y] : [],
    }
  })
  return [line, ...named.filter(({ x }) => x.length > 0)]
}
