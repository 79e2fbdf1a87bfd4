// All curves of a training, from the first value, in every state. A zoom is read again in finer steps.
import { inputSitesOf, TIME_PATH, TRAINING_METRICS, type Training } from '@mistudio/contracts'
import { memo, useId, useMemo, useState } from 'react'
import { LineChart, type XRange } from '../../../charts/index.js'
import { type Curve, useRunDetail, withDetail } from '../../../data/index.js'
import { isActive } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { formatNumber, SkeletonList, usePlace } from '../../../ui/index.js'
import { axisOf, stepsOf, type XAxis } from '../axis.js'
import { CHARTS, type ChartGroup, chartSeries, chartsOf } from '../prepare.js'
import { AxisChoice } from './axis-choice.js'
import { DensityChart } from './density-chart.js'

type Curves = Readonly<Record<string, Curve>>

interface Props {
  training: Training
  curves: Curves
  loading: boolean
}

export function CurveCharts({ training, curves, loading }: Props) {
  const [{ x = 'step' }, change] = usePlace(places.training)
  const [smoothing, setSmoothing] = useState(0)
  const [zoom, setZoom] = useState<XRange | null>(null)
  const sync = useId()
  const timed = TIME_PATH in curves
  const shown = x === 'time' && !timed ? 'step' : x
  const axis = useMemo(() => axisOf(shown, training, curves), [shown, training, curves])
  const range = useMemo(() => zoom && axis && stepsOf(zoom, [axis]), [zoom, axis])
  const near = useRunDetail([training.id], undefined, range)[training.id]
  const sites = useMemo(() => inputSitesOf(training.params), [training.params])
  if (loading || !axis) return <SkeletonList rows={2} className="h-56" />
  const { drawn, missing } = chartsOf(curves)
  return (
    <section aria-label="Curves" className="grid gap-4 md:grid-cols-2">
      <div className="md:col-span-2">
        <AxisChoice
          axis={shown}
          onAxis={(kind) => change({ x: kind === 'step' ? null : kind }, { replace: true })}
          timed={timed}
          smoothing={smoothing}
          onSmoothing={setSmoothing}
        />
      </div>
      {drawn.map((group) => (
        <GroupChart
          key={group.title}
          group={group}
          curves={curves}
          near={near}
          axis={axis}
          sites={sites}
          sync={sync}
          smoothing={smoothing}
          onRange={setZoom}
        />
      ))}
      <DensityChart curves={curves} />
      {missing.length > 0 && (
        <p className="text-sm text-muted md:col-span-2">
          {missingText(training, drawn.length > 0)} {missing.join(', ')}.
        </p>
      )}
    </section>
  )
}

/** What the names of charts without values follow. */
const missingText = ({ job, params }: Training, some: boolean): string => {
  if (!isActive(job)) return 'Not measured in this run:'
  const every = `every ${formatNumber(params.evalEvery)} steps`
  return some
    ? `Still to come, with the next evaluation (${every}):`
    : `The first values come with the first steps, those on held-out text with the first evaluation (${every}). To come:`
}

interface GroupProps {
  group: ChartGroup
  curves: Curves
  near: Curves | undefined
  axis: XAxis
  sites: readonly string[]
  sync: string
  smoothing: number
  onRange(range: XRange | null): void
}

const GroupChart = memo(({ group, curves, near, axis, sites, sync, smoothing, onRange }: GroupProps) => {
  const wide = group === CHARTS[0]
  const keys = group.keys.filter((key) => key in curves)
  // Curves are made when they are looked at, so a chart that is not drawn costs nothing.
  const series = useMemo(
    () => () => {
      const own = group.keys.flatMap((key): [string, Curve][] => {
        const curve = curves[key]
        return curve ? [[key, withDetail(curve, near?.[key])]] : []
      })
      return chartSeries(group, Object.fromEntries(own), axis, sites)
    },
    [group, curves, near, axis, sites],
  )
  return (
    <div className={wide ? 'md:col-span-2' : undefined}>
      <LineChart
        title={group.title}
        sync={sync}
        smoothing={smoothing}
        series={series}
        xLabel={axis.label}
        xFormat={axis.format}
        onRange={onRange}
        unit={TRAINING_METRICS[group.keys[0] as (typeof group.keys)[number]].unit || 'value'}
        log={group.log}
        height={wide ? 260 : 190}
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
})
