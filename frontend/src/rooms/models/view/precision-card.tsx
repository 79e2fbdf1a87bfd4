// How the model is loaded, what the precisions lost on it, and loading it in another one.
import { type Model, TERMINAL_STATES } from '@mistudio/contracts'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useState } from 'react'
import { useSend } from '../../../data/index.js'
import {
  draftProblem,
  lossAt,
  type PrecisionDraft,
  perplexityText,
  shortLoss,
  startPrecision,
} from '../../../shared/precision/precision.js'
import { PrecisionBadge } from '../../../shared/precision/precision-badge.js'
import { PrecisionChoice } from '../../../shared/precision/precision-choice.js'
import { Button, Card, Dialog, ErrorState, errorText, Notice, Skeleton } from '../../../ui/index.js'
import { useModelMemory } from '../api.js'

export function PrecisionCard({ model }: { model: Model }) {
  const [changing, setChanging] = useState(false)
  const running = model.job !== null && !TERMINAL_STATES.includes(model.job.state)
  const losses = model.parity?.losses ?? []
  return (
    <Card
      title="Precision"
      actions={
        <Button
          size="sm"
          disabledReason={
            running ? 'Its checks are running.' : model.status === 'ready' ? null : 'It is not ready yet.'
          }
          onClick={() => setChanging(true)}
        >
          Change
        </Button>
      }
    >
      <PrecisionBadge precision={model.precision} loss={lossAt(model, model.precision)} />
      {losses.length > 0 && (
        <ul className="mt-3 space-y-1 text-sm text-body">
          {losses.map((loss) => (
            <li key={loss.precision} className="tabular-nums">
              <span className="font-medium text-heading">{loss.precision}</span> {shortLoss(loss)},{' '}
              {perplexityText(loss)}
            </li>
          ))}
        </ul>
      )}
      <p className="mt-3 text-xs text-muted">
        Every run of this model uses it. Trainings, extractions and texts keep the precision that they were made at.
      </p>
      {changing && <ChangePrecision model={model} onClose={() => setChanging(false)} />}
    </Card>
  )
}

function ChangePrecision({ model, onClose }: { model: Model; onClose(): void }) {
  const memory = useModelMemory(model.id)
  const [chosen, setDraft] = useState<PrecisionDraft | null>(null)
  const load = useSend('loadModel')
  const draft = chosen ?? (memory.data ? { ...startPrecision(memory.data), precision: model.precision } : null)
  const reason = !memory.data || !draft ? 'The memory is being asked for.' : reasonAgainst(model, memory.data, draft)
  return (
    <Dialog
      open
      onClose={onClose}
      size="lg"
      title="Change the precision"
      description="The checks are run at it first; when they have run, the model is loaded at it everywhere. Its files stay as they are."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            busy={load.isPending}
            disabledReason={reason}
            onClick={() =>
              draft &&
              load.mutate({ params: { id: model.id }, body: { precision: draft.precision } }, { onSuccess: onClose })
            }
          >
            {draft && draft.precision !== model.precision ? `Load as ${draft.precision}` : 'Load'}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {memory.error ? (
          <ErrorState error={memory.error} onRetry={() => void memory.refetch()} />
        ) : memory.data && draft ? (
          <PrecisionChoice memory={memory.data} draft={draft} onDraft={setDraft} losses={model.parity?.losses ?? []} />
        ) : (
          <Skeleton className="h-48" />
        )}
        {load.error && (
          <Notice tone="red" icon={TriangleAlert} title="It could not be loaded">
            {errorText(load.error)}
          </Notice>
        )}
      </div>
    </Dialog>
  )
}

const reasonAgainst = (
  model: Model,
  memory: Parameters<typeof draftProblem>[0],
  draft: PrecisionDraft,
): string | null =>
  draft.precision === model.precision ? 'It is loaded like this already.' : draftProblem(memory, draft)
