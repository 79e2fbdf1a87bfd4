// Asks for another name of something and offers to take it back.
import { type FormEvent, useId, useState } from 'react'
import { Button } from './button.js'
import { Dialog } from './dialog.js'
import { conflictOf, EditConflict } from './edit-conflict.js'
import { errorText } from './errors.js'
import { Field } from './field.js'
import { Input } from './input.js'
import { toast } from './toast.js'

interface RenameDialogProps {
  open: boolean
  onClose(): void
  /** The name it has, and the version of it. */
  name: string
  version: string
  /** A mutation that takes the new name and the version that its editor saw. */
  rename: {
    mutate(edit: NameEdit, options?: { onSuccess?: (renamed: { version: string }) => void }): void
    isPending: boolean
    error: unknown
  }
}

export interface NameEdit {
  readonly name: string
  readonly seen: string
}

export function RenameDialog(props: RenameDialogProps) {
  return props.open ? <Rename {...props} /> : null
}

function Rename({ onClose, name: now, version, rename }: RenameDialogProps) {
  // As it was when the dialog opened, whatever comes in meanwhile.
  const [{ before, seen }] = useState({ before: now, seen: version })
  const conflict = conflictOf(rename.error)
  const form = useId()
  const [name, setName] = useState(before)
  const after = name.trim()
  const save = (over: string) =>
    rename.mutate(
      { name: after, seen: over },
      {
        onSuccess: (renamed) => {
          onClose()
          toast.undo(`Renamed to ${after}.`, () => rename.mutate({ name: before, seen: renamed.version }))
        },
      },
    )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (after) save(seen)
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
        <Field label="Name" required error={rename.error && !conflict ? errorText(rename.error) : null}>
          <Input autoFocus value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
        </Field>
        {conflict && (
          <EditConflict
            conflict={conflict}
            fields={{ name: 'Name' }}
            busy={rename.isPending}
            onTheirs={onClose}
            onMine={() => save(conflict.version)}
          />
        )}
      </form>
    </Dialog>
  )
}
