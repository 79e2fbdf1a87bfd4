// Asks for another name of something and offers to take it back.
import { type FormEvent, useId, useState } from 'react'
import { Button } from './button.js'
import { Dialog } from './dialog.js'
import { errorText } from './errors.js'
import { Field } from './field.js'
import { Input } from './input.js'
import { toast } from './toast.js'

interface RenameDialogProps {
  open: boolean
  onClose(): void
  /** The name it has. */
  name: string
  /** A mutation that takes the new name. */
  rename: {
    mutate(name: string, options?: { onSuccess?: () => void }): void
    isPending: boolean
    error: unknown
  }
}

export function RenameDialog(props: RenameDialogProps) {
  return props.open ? <Rename {...props} /> : null
}

function Rename({ onClose, name: before, rename }: RenameDialogProps) {
  const form = useId()
  const [name, setName] = useState(before)
  const after = name.trim()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!after) return
    rename.mutate(after, {
      onSuccess: () => {
        onClose()
        toast.undo(`Renamed to ${after}.`, () => rename.mutate(before))
      },
    })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      size="sm"
      title={`Rename “${before}”`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form={form}
            kind="primary"
            busy={rename.isPending}
            disabledReason={after ? null : 'Type a name first.'}
          >
            Rename
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit}>
        <Field label="Name" required error={rename.error ? errorText(rename.error) : null}>
          <Input autoFocus value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  )
}
