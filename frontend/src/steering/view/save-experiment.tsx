// Naming an experiment saves it; without a name it is history and may be pruned.
import type { Steering } from '@mistudio/contracts'
import Save from 'lucide-react/icons/save'
import { type FormEvent, useState } from 'react'
import { Button, Dialog, errorText, Field, Input, toast } from '../../ui/index.js'
import { useNameSteering } from '../api.js'

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
  const save = useNameSteering()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!name.trim()) return
    save.mutate(
      { id: steering.id, name: name.trim() },
      {
        onSuccess: () => {
          toast.success(`Saved as ${name.trim()}.`)
          onClose()
        },
      },
    )
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
        <Field label="Name" required error={save.error ? errorText(save.error) : null}>
          <Input autoFocus value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  )
}
