// Trainings beside one another: figures, the Pareto plot of L0 against quality, and any metric on one chart. Follows running ones.
import { TRAINING_METRICS, type Training, type TrainingMetricKey } from '@mistudio/contracts'
import ChartLine from 'lucide-react/icons/chart-line'
import { useState } from 'react'
import { LineChart } from '../../../charts/index.js'
import { isActive, useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { EmptyState, ErrorState, Field, Page, Select, SkeletonList, usePlace } from '../../../ui/index.js'
import { useMetricOf, useTrainings } from '../api.js'
import { chosenTrainings, comparedSeries, paretoSeries, QUALITIES, type Quality } from '../compare.js'
import { ComparedTable } from './compared-table.js'

const CRUMBS = [{ label: 'Training', to: places.trainings() }]
const METRICS = Object.entries(TRAINING_METRICS).map(([value, { label }]) => ({
  value: value as TrainingMetricKey,
  label,
}))

export function ComparePage() {
  const trainings = useTrainings()
  const since = useLiveStatus((state) => state.lastContact)
  const [asked, change] = usePlace(places.compareTrainings)
  const all = trainings.data ?? []
  const chosen = chosenTrainings(all, asked)
  const choose = (ids: readonly string[]) => change({ sweep: null, ids }, { replace: true })
  const left = all.filter(({ id }) => chosen.every((training) => training.id !== id))
  return (
    <Page
      title={asked.sweep ? 'Sweep' : 'Compare trainings'}
      crumbs={CRUMBS}
      subtitle="Figures on held-out text. Those of running trainings are of their newest evaluation."
    >
      {trainings.error && !trainings.data ? (
        <ErrorState error={trainings.error} since={since} onRetry={() => void trainings.refetch()} />
      ) : !trainings.data ? (
        <SkeletonList rows={2} className="h-40" />
      ) : (
        <div className="space-y-5">
          {left.length > 0 && (
            <Field label="Add a training" className="max-w-xl">
              <Select
                value=""
                onChange={(id) => choose([...chosen.map((training) => training.id), id])}
                options={left.map(({ id, name }) => ({ value: id, label: name }))}
                placeholder="Choose…"
              />
            </Field>
          )}
          {chosen.length === 0 ? (
            <EmptyState icon={ChartLine}>Choose the trainings to compare.</EmptyState>
          ) : (
            <>
              <ComparedTable
                trainings={chosen}
                onRemove={(id) => choose(chosen.map((training) => training.id).filter((other) => other !== id))}
              />
              <Pareto trainings={chosen} />
              <OneMetric trainings={chosen} />
            </>
          )}
        </div>
      )}
    </Page>
  )
}

function Pareto({ trainings }: { trainings: readonly Training[] }) {
  const [quality, setQuality] = useState<Quality>('fvu')
  const { label, better } = QUALITIES[quality]
  return (
    <section aria-label="Pareto plot" className="space-y-3">
      <Field label="Quality" className="max-w-60">
        <Select
          value={quality}
          onChange={(next) => setQuality(next)}
          options={Object.entries(QUALITIES).map(([value, { label }]) => ({ value: value as Quality, label }))}
        />
      </Field>
      <LineChart
        title={`L0 against ${label}, held out`}
        help={`Each point is a training. The line joins those that no other beats: fewer features, ${better} ${label}.`}
        series={paretoSeries(trainings, quality)}
        xLabel="L0"
        unit={label}
        log="offer"
        height={300}
        emptyText="Waiting for the first evaluation."
      />
    </section>
  )
}

function OneMetric({ trainings }: { trainings: readonly Training[] }) {
  const [key, setKey] = useState<TrainingMetricKey>('heldout_fvu')
  const curves = useMetricOf(trainings, key)
  const { label, unit, definition } = TRAINING_METRICS[key]
  const running = trainings.some(({ job }) => isActive(job))
  return (
    <section aria-label="One metric of all" className="space-y-3">
      <Field label="Metric" className="max-w-80">
        <Select value={key} onChange={(next) => setKey(next)} options={METRICS} />
      </Field>
      <LineChart
        title={label}
        help={definition}
        series={comparedSeries(trainings, curves, key).filter(({ x }) => x.length > 0)}
        unit={unit || 'value'}
        log="offer"
        height={300}
        emptyText={running ? 'Waiting for the first value.' : 'Not measured in these trainings.'}
      />
    </section>
  )
}
