// The list of trainings, active ones first.
import { JobStateSchema, type Training } from '@mistudio/contracts'
import ChartLine from 'lucide-react/icons/chart-line'
import GraduationCap from 'lucide-react/icons/graduation-cap'
import Plus from 'lucide-react/icons/plus'
import { useNavigate } from 'react-router'
import { useOverview } from '../../../data/index.js'
import { byName, byTag, oldestFirst, ResourceList, type RulesOf, workFirst } from '../../../kit/index.js'
import { isActive } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { LinkButton, STATUS } from '../../../ui/index.js'
import { deleteTraining, useLiveTrainings } from '../api.js'
import { architectureLabel } from '../words.js'
import { TrainingCard } from './training-card.js'

const NOUNS = { one: 'training', many: 'trainings' }
const RULES: RulesOf<'listTrainings'> = {
  orders: [workFirst, oldestFirst, byName, { id: 'fvu', label: 'Lowest FVU first', sort: 'fvu' }],
  filters: [
    byTag,
    {
      id: 'state',
      label: 'State',
      values: JobStateSchema.options.map((value) => ({ value, label: STATUS[value].word })),
    },
    { id: 'model', label: 'Model' },
    {
      id: 'architecture',
      label: 'Architecture',
      say: (value) => architectureLabel(value as Training['params']['architecture']),
    },
    { id: 'site', label: 'Site' },
  ],
}

export function TrainingsPage() {
  const count = useOverview('listTrainings').data?.meta.total ?? 0
  const navigate = useNavigate()
  const start = (
    <LinkButton to={places.newTraining()} kind="primary" icon={Plus}>
      New training
    </LinkButton>
  )
  return (
    <ResourceList
      of="listTrainings"
      title="Training"
      subtitle="Sparse autoencoders learn the features that a model's activations are made of."
      nouns={NOUNS}
      rules={RULES}
      icon={GraduationCap}
      actions={
        <>
          {count > 1 && (
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
      card={(training) => <LiveCard training={training} />}
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

/** Its newest values follow while it runs. */
function LiveCard({ training }: { training: Training }) {
  useLiveTrainings([training])
  return <TrainingCard training={training} />
}
