// Chosen metrics of several trainings: a chart for each, with one legend and one pointer. Running ones are followed live.
import { TIME_PATH, TRAINING_METRICS, type Training, type TrainingMetricKey } from '@mistudio/contracts'
import X from 'lucide-react/icons/x'
import { useId, useMemo, useState } from 'react'
import { Legend, LineChart, type XRange } from '../../../charts/index.js'
import { useRunDetail, useRunSeries } from '../../../data/index.js'
import { isActive } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { ErrorState, Field, IconButton, Select, SkeletonList, usePlace } from '../../../ui/index.js'
import { axisOf, stepsOf } from '../axis.js'
import { type Compared, comparedSeries, firstMetrics, type Looks, measuredBy } from '../compare.js'
import { lineLook } from '../prepare.js'
import { AxisChoice } from './axis-choice.js'

const NONE = {}

export function ComparedCurves({ trainings, looks }: { trainings: readonly Training[]; looks: Looks }) {
  const [{ x = 'step', metrics }, change] = usePlace(places.compareTrainings)
  const [smoothing, setSmoothing] = useState(0)
  const [zoom, setZoom] = useState<XRange | null>(null)
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const sync = useId()
  const measured = measuredBy(trainings)
  const chosen = metrics ?? firstMetrics(measured)
  const ids = trainings.map(({ id }) => id)
  const keys = [...chosen, TIME_PATH]
  const { curves, snapshot } = useRunSeries(ids, { keys, active: trainings.some(({ job }) => isActive(job)) })
  const timed = ids.some((id) => curves[id]?.[TIME_PATH])
  const shown = x === 'time' && !timed ? 'step' : x
  const axes = useMemo(
    () =>
      trainings.flatMap((training) => {
        const axis = axisOf(shown, training, curves[training.id] ?? NONE)
        return axis ? [{ training, axis }] : []
      }),
    [trainings, shown, curves],
  )
  const range = useMemo(
    () =>
      zoom &&
      stepsOf(
        zoom,
        axes.map(({ axis }) => axis),
      ),
    [zoom, axes],
  )
  const near = useRunDetail(ids, keys, range)
  const compared = useMemo(
    () =>
      axes.map((one): Compared => ({ ...one, curves: curves[one.training.id] ?? NONE, near: near[one.training.id] })),
    [axes, curves, near],
  )
  if (measured.length === 0) return <p className="text-sm text-muted">Curves come with the first values.</p>
  const set = (next: readonly TrainingMetricKey[]) =>
    change({ metrics: next.length > 0 ? next : null }, { replace: true })
  const toggle = (id: string) =>
    setHidden((before) => new Set(before.has(id) ? [...before].filter((other) => other !== id) : [...before, id]))
  const untimed = shown === 'time' ? trainings.filter(({ id }) => curves[id] && !curves[id][TIME_PATH]) : []
  return (
    <section aria-label="Curves of all" className="space-y-4">
      <div className="flex flex-wrap items-end gap-x-6 gap-y-3">
        <Field label="Add a metric" className="w-72">
          <Select
            value=""
            onChange={(key) => set([...chosen, key])}
            placeholder="Choose…"
            options={measured
              .filter((key) => !chosen.includes(key))
              .map((value) => ({ value, label: TRAINING_METRICS[value].label }))}
          />
        </Field>
        <AxisChoice
          axis={shown}
          onAxis={(kind) => change({ x: kind === 'step' ? null : kind }, { replace: true })}
          timed={timed}
          smoothing={smoothing}
          onSmoothing={setSmoothing}
        />
      </div>
      <Legend
        series={trainings.map(({ id, name }) => ({ key: id, label: name, ...(looks.get(id) ?? lineLook(0)) }))}
        hidden={hidden}
        onToggle={toggle}
      />
      {untimed.length > 0 && (
        <p className="text-sm text-muted">
          Times were not stored for {untimed.map(({ name }) => name).join(', ')}, so there is no line over time.
        </p>
      )}
      {snapshot.error && <ErrorState error={snapshot.error} onRetry={() => void snapshot.refetch()} />}
      {Object.keys(curves).length === 0 && snapshot.isPending ? (
        <SkeletonList rows={2} className="h-56" />
      ) : (
        <div className="grid gap-4 md:grid-cols-2">
          {chosen.map((key) => (
            <MetricChart
              key={key}
              metric={key}
              compared={compared}
              looks={looks}
              hidden={hidden}
              sync={sync}
              smoothing={smoothing}
              onRange={setZoom}
              onRemove={chosen.length > 1 ? () => set(chosen.filter((other) => other !== key)) : null}
            />
          ))}
        </div>
      )}
    </section>
  )
}

interface MetricChartProps {
  metric: TrainingMetricKey
  compared: readonly Compared[]
  looks: Looks
  hidden: ReadonlySet<string>
  sync: string
  smoothing: number
  onRange(range: XRange | null): void
  onRemove: (() => void) | null
}

function MetricChart({ metric, compared, looks, hidden, sync, smoothing, onRange, onRemove }: MetricChartProps) {
  const { label, unit, definition } = TRAINING_METRICS[metric]
  const series = useMemo(() => () => comparedSeries(compared, looks, metric), [compared, looks, metric])
  const running = compared.some(({ training }) => isActive(training.job))
  const axis = compared[0]?.axis
  return (
    <LineChart
      title={label}
      help={definition}
      series={series}
      hidden={hidden}
      sync={sync}
      smoothing={smoothing}
      onRange={onRange}
      {...(axis ? { xLabel: axis.label, xFormat: axis.format } : {})}
      unit={unit || 'value'}
      log="offer"
      height={240}
      emptyText={running ? 'Waiting for the first value.' : 'Not measured in these trainings.'}
      actions={onRemove && <IconButton icon={X} label={`Take ${label} away`} onClick={onRemove} className="size-8" />}
    />
  )
}
