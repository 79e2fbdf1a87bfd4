// The list of trainings, active ones first.
import type { Training } from '@mistudio/contracts'
import ChartLine from 'lucide-react/icons/chart-line'
import GraduationCap from 'lucide-react/icons/graduation-cap'
import Plus from 'lucide-react/icons/plus'
import { useNavigate } from 'react-router'
import { byName, type ListRules, newestFirst, oldestFirst, ResourceList, workFirst } from '../../../kit/index.js'
import { isActive } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { LinkButton, STATUS } from '../../../ui/index.js'
import { deleteTraining, useTrainings } from '../api.js'
import { architectureLabel } from '../words.js'
import { TrainingCard } from './training-card.js'

const NOUNS = { one: 'training', many: 'trainings' }
const RULES: ListRules<Training> = {
  words: ({ name, modelName, datasetName, params }) => `${name} ${modelName} ${datasetName} ${params.site}`,
  orders: [
    workFirst(({ job }) => isActive(job), newestFirst()),
    oldestFirst(),
    byName(({ name }) => name),
    {
      id: 'fvu',
      label: 'Lowest FVU first',
      compare: (a, b) => (a.summary?.fvu ?? Number.POSITIVE_INFINITY) - (b.summary?.fvu ?? Number.POSITIVE_INFINITY),
    },
  ],
  filters: [
    {
      id: 'state',
      label: 'State',
      of: ({ job }) => ({ value: job?.state ?? 'none', label: job ? STATUS[job.state].word : 'without a job' }),
    },
    { id: 'model', label: 'Model', of: ({ modelName }) => ({ value: modelName, label: modelName }) },
    {
      id: 'architecture',
      label: 'Architecture',
      of: ({ params }) => ({ value: params.architecture, label: architectureLabel(params.architecture) }),
    },
    { id: 'site', label: 'Site', of: ({ params }) => ({ value: params.site, label: params.site }) },
  ],
}

export function TrainingsPage() {
  const trainings = useTrainings()
  const navigate = useNavigate()
  const start = (
    <LinkButton to={places.newTraining()} kind="primary" icon={Plus}>
      New training
    </LinkButton>
  )
  return (
    <ResourceList
      of={trainings}
      title="Training"
      subtitle="Sparse autoencoders learn the features that a model's activations are made of."
      nouns={NOUNS}
      rules={RULES}
      icon={GraduationCap}
      actions={
        <>
          {(trainings.data?.length ?? 0) > 1 && (
            <LinkButton to={places.compareTrainings()} icon={ChartLine}>
              Compare
            </LinkButton>
          )}
          {start}
        </>
      }
      empty="No trainings yet. The defaults are sound for a first run."
      emptyActions={
        <>
          {start}
          <LinkButton to={places.newTraining({ preset: 'quick' })}>Fill with the quick-start preset</LinkButton>
        </>
      }
      nameOf={({ name }) => name}
      card={(training) => <TrainingCard training={training} />}
      bulk={[
        {
          label: 'Compare',
          icon: ChartLine,
          reason: ({ length }) => (length < 2 ? 'Select two or more.' : null),
          run: (chosen) => void navigate(places.compareTrainings({ ids: chosen.map(({ id }) => id) })),
        },
      ]}
      deletion={{
        goes: ({ checkpoints }) => ['Its curves and settings', checkpoints.length > 0 && 'Its checkpoints'],
        stays: () => ['SAEs that were made of them'],
        remove: ({ id }) => deleteTraining(id),
        reason: (chosen) => (chosen.some(({ job }) => isActive(job)) ? 'One of them still runs: stop it first.' : null),
      }}
    />
  )
}
