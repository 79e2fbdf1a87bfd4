// More steps for a training that ended: a new one that goes on from its newest checkpoint.
import type { Training } from '@mistudio/contracts'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useSend } from '../../../data/index.js'
import { places } from '../../../places/index.js'
import { Button, Dialog, errorText, Field, formatNumber, Notice, NumberField, toast } from '../../../ui/index.js'

export function ExtendDialog({ training, onClose }: { training: Training; onClose(): void }) {
  const from = Math.max(...training.checkpoints.map(({ step }) => step))
  const [steps, setSteps] = useState<number | null>(2 * Math.max(from, training.params.steps))
  const extend = useSend('extendTraining')
  const navigate = useNavigate()
  const wrong =
    steps === null || !Number.isInteger(steps) || steps <= from ? `A whole number above ${formatNumber(from)}.` : null
  const start = () => {
    if (steps === null || wrong) return
    extend.mutate(
      { params: { id: training.id }, body: { steps } },
      {
        onSuccess: (longer) => {
          toast.success(`${longer.name} was started.`)
          void navigate(places.training({ id: longer.id }))
        },
      },
    )
  }
  return (
    <Dialog
      open
      onClose={onClose}
      size="sm"
      title={`Extend “${training.name}”`}
      description="A new training goes on from the newest checkpoint, with the schedules of the longer run. This one and its SAE stay."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={extend.isPending} disabledReason={wrong} onClick={start}>
            Extend training
          </Button>
        </>
      }
    >
      <Field label="Steps in all" error={wrong} hint={`${formatNumber(from)} are done.`}>
        <NumberField value={steps} onChange={setSteps} min={from + 1} step={1} unit="steps" />
      </Field>
      {extend.error && (
        <Notice tone="red" className="mt-4">
          {errorText(extend.error)}
        </Notice>
      )}
    </Dialog>
  )
}
