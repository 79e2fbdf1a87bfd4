// Figures of the compared trainings, each with the colour of its lines.
import { SAE_FIGURES, type Training } from '@mistudio/contracts'
import X from 'lucide-react/icons/x'
import { Link, useNavigate } from 'react-router'
import { type Column, DataTable } from '../../../kit/index.js'
import { places } from '../../../places/index.js'
import { Card, formatDateTime, IconButton, QualityBadge, STATUS, StatusBadge } from '../../../ui/index.js'
import { FIGURE_COLUMNS, heldOutFigures, type Looks } from '../compare.js'
import { lineLook, problemsOf, trainingLine } from '../prepare.js'
import { architectureLabel } from '../words.js'

interface Props {
  trainings: readonly Training[]
  looks: Looks
  onRemove(id: string): void
}

/** Not on screen until chosen: what was asked for. */
const settings: readonly Column<Training>[] = [
  { id: 'model', label: 'Model', hidden: true, value: ({ modelName }) => modelName },
  { id: 'dataset', label: 'Dataset', hidden: true, value: ({ datasetName }) => datasetName },
  {
    id: 'architecture',
    label: 'Architecture',
    hidden: true,
    value: ({ params }) => architectureLabel(params.architecture),
  },
  { id: 'site', label: 'Site', hidden: true, value: ({ params }) => params.site },
  { id: 'features', label: 'Features', number: true, hidden: true, value: ({ dSae }) => dSae },
  { id: 'steps', label: 'Steps', number: true, hidden: true, value: ({ params }) => params.steps },
  { id: 'step', label: 'Step', number: true, hidden: true, value: ({ step }) => step },
  {
    id: 'started',
    label: 'Started',
    hidden: true,
    value: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => formatDateTime(createdAt),
  },
]

const figures: readonly Column<Training>[] = FIGURE_COLUMNS.map(({ id, label, value, text, interval }) => ({
  id,
  label,
  number: true,
  width: 150,
  value: (training) => value(heldOutFigures(training)),
  cell: (training) => {
    const held = heldOutFigures(training)
    return (
      <>
        {text(held)}
        {interval(held) && <span className="block text-xs whitespace-nowrap text-muted">{interval(held)}</span>}
      </>
    )
  },
  ...(id === 'dead' ? { help: SAE_FIGURES.neverFired.text } : {}),
}))

export function ComparedTable({ trainings, looks, onRemove }: Props) {
  const navigate = useNavigate()
  const columns: readonly Column<Training>[] = [
    {
      id: 'training',
      label: 'Training',
      width: 380,
      value: ({ name }) => name,
      cell: (training) => <Name training={training} color={(looks.get(training.id) ?? lineLook(0)).color} />,
    },
    {
      id: 'state',
      label: 'State',
      width: 200,
      value: ({ job }) => (job ? STATUS[job.state].word : null),
      cell: (training) => (
        <span className="flex flex-wrap gap-1.5">
          {training.job && <StatusBadge status={training.job.state} warned={problemsOf(training).length > 0} />}
          <QualityBadge problems={problemsOf(training)} />
        </span>
      ),
    },
    ...figures,
    ...settings,
    {
      id: 'remove',
      label: 'Remove',
      width: 90,
      value: () => null,
      cell: ({ id, name }) => <IconButton icon={X} label={`Do not compare ${name}`} onClick={() => onRemove(id)} />,
    },
  ]
  return (
    <Card title={trainings.length === 1 ? 'One training' : `${trainings.length} trainings`}>
      <DataTable
        name="compared-trainings"
        label="Compared trainings"
        rows={trainings}
        keyOf={({ id }) => id}
        nameOf={({ name }) => name}
        columns={columns}
        onOpen={({ id }) => void navigate(places.training({ id }))}
        rowHeight={60}
      />
    </Card>
  )
}

function Name({ training, color }: { training: Training; color: string }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <span className="size-2.5 shrink-0 rounded-full" style={{ background: `var(${color})` }} aria-hidden />
      <span className="min-w-0">
        <Link to={places.training({ id: training.id })} className="block truncate text-heading hover:underline">
          {training.name}
        </Link>
        <span className="block truncate text-xs text-muted">{trainingLine(training)}</span>
      </span>
    </span>
  )
}
