// Saved experiments and history in one list: found, opened, run again, deleted one by one or many at once.
import { type Steering, wasCutOff } from '@mistudio/contracts'
import History from 'lucide-react/icons/history'
import RotateCcw from 'lucide-react/icons/rotate-ccw'
import Trash2 from 'lucide-react/icons/trash-2'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useSend } from '../../../data/index.js'
import { DeleteDialog, newestFirst, oldestFirst, ResourceRows, type RulesOf } from '../../../kit/index.js'
import { places } from '../../../places/index.js'
import { promptTitle } from '../../../shared/prompt/prompt.js'
import { cx, IconButton, RelativeTime, StatusBadge, toast } from '../../../ui/index.js'
import { deleteSteering } from '../api.js'
import { editsLine, firstWords } from '../prepare.js'

const RULES: RulesOf<'listSteering'> = {
  orders: [newestFirst, oldestFirst, { id: 'name', label: 'By name', sort: 'name' }],
  filters: [
    {
      id: 'named',
      label: 'Kept',
      values: [
        { value: 'true', label: 'Saved experiments' },
        { value: 'false', label: 'History' },
      ],
    },
  ],
}
const NOUNS = { one: 'experiment', many: 'experiments' }
const nameOf = ({ name, request }: Steering): string => name ?? promptTitle(request)

/** Plain generations (nothing steered) belong to the model's page. */
export function Experiments({ currentId }: { currentId: string | null }) {
  const navigate = useNavigate()
  const [deleting, setDeleting] = useState<Steering | null>(null)
  const deletion = {
    goes: () => ['Its recipe and its texts'],
    remove: async ({ id }: Steering) => {
      await deleteSteering(id)
      if (id === currentId) void navigate(places.steering())
    },
  }
  return (
    <section aria-labelledby="experiments" className="mt-8">
      <h2 id="experiments" className="mb-3 text-lg font-semibold text-heading">
        Experiments
      </h2>
      <ResourceRows
        of="listSteering"
        within={{ steered: 'true' }}
        nouns={NOUNS}
        rules={RULES}
        icon={History}
        empty="None yet. Every generation is kept here with its full recipe; a saved one stays under its name."
        emptyActions={null}
        nameOf={nameOf}
        columns={2}
        card={(steering) => (
          <Item steering={steering} current={steering.id === currentId} onDelete={() => setDeleting(steering)} />
        )}
        deletion={deletion}
      />
      <DeleteDialog
        {...deletion}
        things={deleting && [deleting]}
        onClose={() => setDeleting(null)}
        nouns={NOUNS}
        nameOf={nameOf}
      />
    </section>
  )
}

interface ItemProps {
  steering: Steering
  current: boolean
  onDelete(): void
}

function Item({ steering, current, onDelete }: ItemProps) {
  const navigate = useNavigate()
  const again = useSend('createSteering')
  const { request, job } = steering
  const prompt = promptTitle(request)
  const name = nameOf(steering)
  const written = firstWords(steering)
  const run = () =>
    again.mutate(
      { body: request },
      {
        onSuccess: (made) => void navigate(places.experiment({ id: made.id })),
        onError: (error) => toast.error(error),
      },
    )
  return (
    <article
      className={cx(
        'flex min-w-0 items-center gap-2 rounded-lg border border-line px-3 py-2',
        current ? 'bg-tile' : 'bg-card hover:bg-hover',
      )}
    >
      <Link
        to={places.experiment({ id: steering.id })}
        aria-current={current ? 'page' : undefined}
        className="min-w-0 flex-1"
      >
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 flex-1 truncate text-sm text-heading">{name}</span>
          <span className="shrink-0 text-xs text-muted">
            <RelativeTime at={steering.createdAt} />
          </span>
        </span>
        <span className="block truncate text-xs text-body tabular-nums" title={editsLine(request.variants)}>
          {editsLine(request.variants)}
        </span>
        <span className="block truncate text-xs text-muted">
          {steering.name !== null && `${prompt} `}
          {written && <span className="italic">… {written}</span>}
          {` · ${steering.modelName} · seed ${request.sampling.seed}`}
        </span>
      </Link>
      {wasCutOff(steering.result) ? (
        <StatusBadge status="cancelled" word="Stopped" />
      ) : (
        job && job.state !== 'completed' && <StatusBadge status={job.state} />
      )}
      <IconButton
        icon={RotateCcw}
        label={`Run again: ${name}`}
        busy={again.isPending}
        onClick={run}
        className="size-8"
      />
      <IconButton icon={Trash2} tone="danger" label={`Delete: ${name}`} onClick={onDelete} className="size-8" />
    </article>
  )
}
