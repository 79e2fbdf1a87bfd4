// All curves of a training, from the first value, in every state.
import { TRAINING_METRICS } from '@mistudio/contracts'
import { useId, useState } from 'react'
import { LineChart } from '../../../charts/index.js'
import type { Curve } from '../../../data/index.js'
import { SkeletonList, Slider } from '../../../ui/index.js'
import { CHARTS, type ChartGroup, chartSeries } from '../prepare.js'
import { DensityChart } from './density-chart.js'

interface Props {
  curves: Readonly<Record<string, Curve>>
  loading: boolean
  active: boolean
  /** In the order of the figures per site. */
  sites: readonly string[]
}

export function CurveCharts({ curves, loading, active, sites }: Props) {
  const [smoothing, setSmoothing] = useState(0)
  const sync = useId()
  if (loading) return <SkeletonList rows={2} className="h-56" />
  return (
    <section aria-label="Curves" className="grid gap-4 md:grid-cols-2">
      <div className="flex items-center gap-3 text-sm text-muted md:col-span-2">
        <span>Smoothing</span>
        <Slider
          value={smoothing}
          onChange={setSmoothing}
          min={0}
          max={0.99}
          step={0.01}
          aria-label="Smoothing of the curves"
          valueText={smoothingText(smoothing)}
          className="w-48"
        />
        <span className="tabular-nums">{smoothingText(smoothing)}</span>
      </div>
      {CHARTS.filter(({ optional, keys }) => !optional || keys.some((key) => curves[key])).map((group, index) => (
        <Curves
          key={group.title}
          group={group}
          curves={curves}
          active={active}
          sites={sites}
          wide={index === 0}
          sync={sync}
          smoothing={smoothing}
        />
      ))}
      <DensityChart curves={curves} />
    </section>
  )
}

/** In words: how many values the mean is over, about. */
const smoothingText = (weight: number): string =>
  weight === 0 ? 'none' : `mean of about ${Math.round(1 / (1 - weight))} values`

interface CurvesProps extends Omit<Props, 'loading'> {
  group: ChartGroup
  wide: boolean
  sync: string
  smoothing: number
}

function Curves({ group, curves, active, sites, wide, sync, smoothing }: CurvesProps) {
  const all = chartSeries(group, curves, sites)
  const measured = all.filter((series) => series.x.length > 0)
  // An optional chart is there because of some of its keys; the others are not of this run.
  const keys = group.optional ? group.keys.filter((key) => curves[key]) : group.keys
  return (
    <div className={wide ? 'md:col-span-2' : undefined}>
      <LineChart
        title={group.title}
        sync={sync}
        smoothing={smoothing}
        series={measured}
        unit={TRAINING_METRICS[group.keys[0] as (typeof group.keys)[number]].unit || 'value'}
        log={group.log}
        height={group === CHARTS[0] ? 260 : 190}
        emptyText={active ? 'Waiting for the first value.' : 'Not measured in this run.'}
        help={
          <dl className="space-y-1.5">
            {keys.map((key) => (
              <div key={key}>
                <dt className="inline font-medium text-heading">{TRAINING_METRICS[key].label}: </dt>
                <dd className="inline">{TRAINING_METRICS[key].definition}</dd>
              </div>
            ))}
          </dl>
        }
      />
    </div>
  )
}
