// The list of trainings, active ones first.
import ChartLine from 'lucide-react/icons/chart-line'
import GraduationCap from 'lucide-react/icons/graduation-cap'
import Plus from 'lucide-react/icons/plus'
import { useState } from 'react'
import { useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import {
  EmptyState,
  ErrorState,
  FilteredEmpty,
  LinkButton,
  Page,
  SearchInput,
  SkeletonList,
} from '../../../ui/index.js'
import { useTrainings } from '../api.js'
import { sortTrainings } from '../prepare.js'
import { TrainingCard } from './training-card.js'

export function TrainingsPage() {
  const trainings = useTrainings()
  const since = useLiveStatus((state) => state.lastContact)
  const [search, setSearch] = useState('')
  const list = trainings.data ?? []
  const wanted = search.toLowerCase()
  const found = list.filter((one) =>
    `${one.name} ${one.modelName} ${one.datasetName} ${one.params.site}`.toLowerCase().includes(wanted),
  )
  const start = (
    <LinkButton to={places.newTraining()} kind="primary" icon={Plus}>
      New training
    </LinkButton>
  )
  return (
    <Page
      title="Training"
      subtitle="Sparse autoencoders learn the features that a model's activations are made of."
      actions={
        <>
          {list.length > 1 && (
            <LinkButton to={places.compareTrainings()} icon={ChartLine}>
              Compare
            </LinkButton>
          )}
          {start}
        </>
      }
    >
      {list.length > 3 && (
        <SearchInput value={search} onChange={setSearch} placeholder="Find a training" className="mb-4 max-w-sm" />
      )}
      {trainings.error && !trainings.data ? (
        <ErrorState error={trainings.error} since={since} onRetry={() => void trainings.refetch()} />
      ) : !trainings.data ? (
        <SkeletonList rows={3} className="h-36" />
      ) : list.length === 0 ? (
        <EmptyState
          icon={GraduationCap}
          action={
            <>
              {start}
              <LinkButton to={places.newTraining({ preset: 'quick' })}>Fill with the quick-start preset</LinkButton>
            </>
          }
        >
          No trainings yet. The defaults are sound for a first run.
        </EmptyState>
      ) : found.length === 0 ? (
        <FilteredEmpty onClear={() => setSearch('')}>
          No training fits “{search}” ({list.length} before filtering).
        </FilteredEmpty>
      ) : (
        <div className="space-y-3">
          {sortTrainings(found).map((training) => (
            <TrainingCard key={training.id} training={training} />
          ))}
        </div>
      )}
    </Page>
  )
}
