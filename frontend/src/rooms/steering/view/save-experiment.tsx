// Naming an experiment saves it; without a name it is history and may be pruned.
import type { Steering } from '@mistudio/contracts'
import Save from 'lucide-react/icons/save'
import { type FormEvent, useState } from 'react'
import { useSend } from '../../../data/index.js'
import { Button, conflictOf, Dialog, EditConflict, errorText, Field, Input, toast } from '../../../ui/index.js'

export function SaveExperiment({ steering }: { steering: Steering }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button size="sm" icon={Save} onClick={() => setOpen(true)}>
        {steering.name === null ? 'Save experiment' : 'Rename'}
      </Button>
      {open && <SaveDialog steering={steering} onClose={() => setOpen(false)} />}
    </>
  )
}

function SaveDialog({ steering, onClose }: { steering: Steering; onClose(): void }) {
  const [name, setName] = useState(steering.name ?? '')
  const [seen] = useState(steering.version)
  const save = useSend('updateSteering')
  const conflict = conflictOf(save.error)
  const write = (over: string) =>
    save.mutate(
      { params: { id: steering.id }, body: { name: name.trim() }, seen: over },
      {
        onSuccess: () => {
          toast.success(`Saved as ${name.trim()}.`)
          onClose()
        },
      },
    )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim()) write(seen)
  }
  return (
    <Dialog
      open
      onClose={onClose}
      size="sm"
      title="Save experiment"
      description="Saved ones stay; the rest is history, of which the newest hundred are kept."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form="save-experiment"
            kind="primary"
            busy={save.isPending}
            disabledReason={name.trim() ? null : 'Type a name first.'}
          >
            Save
          </Button>
        </>
      }
    >
      <form id="save-experiment" onSubmit={submit}>
        <Field label="Name" required error={save.error && !conflict ? errorText(save.error) : null}>
          <Input autoFocus value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
        </Field>
        {conflict && (
          <EditConflict
            conflict={conflict}
            fields={{ name: 'Name' }}
            busy={save.isPending}
            onTheirs={onClose}
            onMine={() => write(conflict.version)}
          />
        )}
      </form>
    </Dialog>
  )
}
