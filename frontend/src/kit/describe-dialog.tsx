// Changes name, notes and tags of a thing, or its name alone; says when somebody else did meanwhile, and offers to take it back.
import { MOST_TAGS, NOTES_LENGTH, TAG_LENGTH } from '@mistudio/contracts'
import { type FormEvent, useId, useState } from 'react'
import {
  Button,
  conflictOf,
  Dialog,
  EditConflict,
  errorText,
  Field,
  Input,
  Notice,
  Textarea,
  toast,
} from '../ui/index.js'
import { type DescribeTexts, tagsOf, tagsProblem } from './tags.js'

interface DescribeEdit {
  readonly changes: DescribeTexts
  readonly seen: string
}

interface DescribeDialogProps {
  open: boolean
  onClose(): void
  /** What it says now, with its version; without notes and tags only the name is asked for. */
  of: DescribeTexts & { readonly version: string }
  /** A mutation that takes the texts and the version that their editor saw. */
  save: {
    mutate(edit: DescribeEdit, options?: { onSuccess?: (saved: { version: string }) => void }): void
    isPending: boolean
    error: unknown
  }
  title?: string
  description?: string
  /** Whether what was there before can be written again. */
  undo?: boolean
}

export function DescribeDialog(props: DescribeDialogProps) {
  return props.open ? <Describe {...props} /> : null
}

function Describe({ onClose, of, save, title, description, undo = true }: DescribeDialogProps) {
  // As it was when the dialog opened, whatever comes in meanwhile.
  const [before] = useState(of)
  const [name, setName] = useState(before.name)
  const [notes, setNotes] = useState(before.notes ?? '')
  const [tags, setTags] = useState((before.tags ?? []).join(', '))
  const form = useId()
  const conflict = conflictOf(save.error)
  const full = before.tags !== undefined
  const wrongTags = full ? tagsProblem(tags) : null
  const after: DescribeTexts = full
    ? { name: name.trim(), notes: notes.trim(), tags: tagsOf(tags) }
    : { name: name.trim() }
  const write = (seen: string) =>
    save.mutate(
      { changes: after, seen },
      {
        onSuccess: (saved) => {
          onClose()
          const { version: _, ...was } = before
          if (!undo) toast.success(`Saved as ${after.name}.`)
          else toast.undo(`${after.name} was saved.`, () => save.mutate({ changes: textsOf(was), seen: saved.version }))
        },
      },
    )
  const reason = after.name === '' ? 'Type a name first.' : wrongTags
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!reason) write(before.version)
  }
  return (
    <Dialog
      open
      onClose={onClose}
      size="sm"
      title={title ?? `Edit “${before.name}”`}
      {...(description ? { description } : {})}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} kind="primary" busy={save.isPending} disabledReason={reason}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4">
        <Field label="Name" required>
          <Input autoFocus value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
        </Field>
        {full && (
          <>
            <Field label="Notes">
              <Textarea
                value={notes}
                rows={4}
                maxLength={NOTES_LENGTH}
                onChange={(event) => setNotes(event.target.value)}
              />
            </Field>
            <Field
              label="Tags"
              hint={`Separated by commas, at most ${MOST_TAGS} of ${TAG_LENGTH} characters. Lists are filtered by them.`}
              error={wrongTags}
            >
              <Input value={tags} onChange={(event) => setTags(event.target.value)} />
            </Field>
          </>
        )}
        {Boolean(save.error) && !conflict && <Notice tone="red">{errorText(save.error)}</Notice>}
        {conflict && (
          <EditConflict
            conflict={full ? { ...conflict, tags: [conflict['tags']].flat().join(', ') } : conflict}
            fields={full ? { name: 'Name', notes: 'Notes', tags: 'Tags' } : { name: 'Name' }}
            busy={save.isPending}
            onTheirs={onClose}
            onMine={() => write(conflict.version)}
          />
        )}
      </form>
    </Dialog>
  )
}

/** The texts of a thing that may hold more. */
const textsOf = ({ name, notes, tags }: DescribeTexts): DescribeTexts =>
  tags === undefined ? { name } : { name, notes: notes ?? '', tags }
