// Saved experiments and history: open, run again, delete.
import { type Steering, wasCutOff } from '@mistudio/contracts'
import RotateCcw from 'lucide-react/icons/rotate-ccw'
import Trash2 from 'lucide-react/icons/trash-2'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useSend, useSteerings } from '../../../data/index.js'
import { places } from '../../../places/index.js'
import { promptTitle } from '../../../shared/prompt/prompt.js'
import {
  Card,
  ConfirmDialog,
  cx,
  ErrorState,
  IconButton,
  RelativeTime,
  SkeletonList,
  StatusBadge,
  toast,
} from '../../../ui/index.js'
import { deleteSteering } from '../api.js'
import { editsLine, firstWords, splitHistory } from '../prepare.js'

export function History({ currentId }: { currentId: string | null }) {
  const all = useSteerings()
  if (all.error && !all.data) return <ErrorState error={all.error} onRetry={() => void all.refetch()} />
  if (!all.data) return <SkeletonList rows={2} className="mt-5 h-14" />
  const { saved, history } = splitHistory(all.data)
  return (
    <div className="mt-5 grid items-start gap-5 lg:grid-cols-2">
      <List
        title="Saved experiments"
        items={saved}
        currentId={currentId}
        empty="None yet. Save one that shows something."
      />
      <List
        title="History"
        items={history}
        currentId={currentId}
        empty="Every generation is kept here with its full recipe."
      />
    </div>
  )
}

function List({
  title,
  items,
  currentId,
  empty,
}: {
  title: string
  items: readonly Steering[]
  currentId: string | null
  empty: string
}) {
  return (
    <Card title={title}>
      {items.length === 0 ? (
        <p className="text-sm text-muted">{empty}</p>
      ) : (
        <ul className="max-h-96 space-y-1 overflow-y-auto">
          {items.map((one) => (
            <Item key={one.id} steering={one} current={one.id === currentId} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function Item({ steering, current }: { steering: Steering; current: boolean }) {
  const [deleting, setDeleting] = useState(false)
  const navigate = useNavigate()
  const again = useSend('createSteering')
  const { request, job } = steering
  const prompt = promptTitle(request)
  const name = steering.name ?? prompt
  const written = firstWords(steering)
  const run = () =>
    again.mutate(
      { body: request },
      {
        onSuccess: (made) => void navigate(places.experiment({ id: made.id })),
        onError: (error) => toast.error(error),
      },
    )
  const remove = async () => {
    await deleteSteering(steering.id)
    if (current) void navigate(places.steering())
  }
  return (
    <li className={cx('flex items-center gap-2 rounded-lg px-3 py-1.5', current ? 'bg-tile' : 'hover:bg-hover')}>
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
          {!written && `${steering.modelName} · seed ${request.sampling.seed}`}
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
      <IconButton
        icon={Trash2}
        tone="danger"
        label={`Delete: ${name}`}
        onClick={() => setDeleting(true)}
        className="size-8"
      />
      <ConfirmDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        verb="Delete"
        kind="experiment"
        name={name}
        goes={['Its recipe and its texts']}
        onConfirm={remove}
      />
    </li>
  )
}
