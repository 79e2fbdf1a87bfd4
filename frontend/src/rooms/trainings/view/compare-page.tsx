// Trainings beside one another: figures, the Pareto plot of L0 against quality, and their curves. Follows running ones.
import type { Training } from '@mistudio/contracts'
import ChartLine from 'lucide-react/icons/chart-line'
import { useState } from 'react'
import { LineChart } from '../../../charts/index.js'
import { useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { EmptyState, ErrorState, Field, Page, Select, SkeletonList, usePlace } from '../../../ui/index.js'
import { useTrainings } from '../api.js'
import { chosenTrainings, type Looks, paretoSeries, QUALITIES, type Quality } from '../compare.js'
import { ComparedCurves } from './compared-curves.js'
import { ComparedTable } from './compared-table.js'
import { useLooks } from './use-looks.js'

const CRUMBS = [{ label: 'Training', to: places.trainings() }]

export function ComparePage() {
  const trainings = useTrainings()
  const since = useLiveStatus((state) => state.lastContact)
  const [asked, change] = usePlace(places.compareTrainings)
  const all = trainings.data ?? []
  const chosen = chosenTrainings(all, asked)
  const choose = (ids: readonly string[]) => change({ sweep: null, ids }, { replace: true })
  const looks = useLooks(chosen.map(({ id }) => id))
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
                looks={looks}
                onRemove={(id) => choose(chosen.map((training) => training.id).filter((other) => other !== id))}
              />
              <Pareto trainings={chosen} looks={looks} />
              <ComparedCurves trainings={chosen} looks={looks} />
            </>
          )}
        </div>
      )}
    </Page>
  )
}

function Pareto({ trainings, looks }: { trainings: readonly Training[]; looks: Looks }) {
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
        series={paretoSeries(trainings, quality, looks)}
        xLabel="L0"
        unit={label}
        log="offer"
        height={300}
        emptyText="Waiting for the first evaluation."
      />
    </section>
  )
}
