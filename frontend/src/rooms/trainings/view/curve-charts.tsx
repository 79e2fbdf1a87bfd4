// All curves of a training, from the first value, in every state.
import { TRAINING_METRICS } from '@mistudio/contracts'
import { LineChart } from '../../../charts/index.js'
import { SkeletonList } from '../../../ui/index.js'
import type { Curve } from '../metric-store.js'
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
  if (loading) return <SkeletonList rows={2} className="h-56" />
  return (
    <section aria-label="Curves" className="grid gap-4 md:grid-cols-2">
      {CHARTS.filter(({ optional, keys }) => !optional || keys.some((key) => curves[key])).map((group, index) => (
        <Curves key={group.title} group={group} curves={curves} active={active} sites={sites} wide={index === 0} />
      ))}
      <DensityChart curves={curves} />
    </section>
  )
}

function Curves({ group, curves, active, sites, wide }: Omit<Props, 'loading'> & { group: ChartGroup; wide: boolean }) {
  const all = chartSeries(group, curves, sites)
  const measured = all.filter((series) => series.x.length > 0)
  // An optional chart is there because of some of its keys; the others are not of this run.
  const keys = group.optional ? group.keys.filter((key) => curves[key]) : group.keys
  return (
    <div className={wide ? 'md:col-span-2' : undefined}>
      <LineChart
        title={group.title}
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
