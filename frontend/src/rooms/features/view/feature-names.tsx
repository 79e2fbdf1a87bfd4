// Label and notes of a feature, edited in place. `e` edits the label; Enter saves, Esc leaves it as it was.
import { useRef } from 'react'
import { Button, EditConflict, errorText, Input, Textarea, useHotkey } from '../../../ui/index.js'
import type { Names } from '../names.js'
import { Panel } from './panel.js'

/** Beside the title: reads as text until it is edited. */
export function LabelField({ names }: { names: Names }) {
  const input = useRef<HTMLInputElement>(null)
  useHotkey('e', () => input.current?.select(), { label: 'Edit the label' })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        names.save()
      }}
      className="flex min-w-0 flex-wrap items-center gap-2"
    >
      <Input
        ref={input}
        aria-label="Label"
        value={names.label}
        maxLength={200}
        placeholder="Add a label (e)"
        title="Press e to edit, Enter to save, Esc to leave it as it was."
        onChange={(event) => names.type({ label: event.target.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          names.reset()
          event.currentTarget.blur()
        }}
        className="w-84 border-transparent bg-transparent text-base hover:border-line-strong focus:border-line-strong focus:bg-field"
      />
      <SaveNames names={names} submit />
    </form>
  )
}

function SaveNames({ names, submit = false }: { names: Names; submit?: boolean }) {
  if (!names.changed) return null
  return (
    <span className="flex gap-1">
      <Button size="sm" kind="primary" busy={names.busy} {...(submit ? { type: 'submit' } : { onClick: names.save })}>
        {submit ? 'Save' : 'Save notes'}
      </Button>
      <Button size="sm" kind="ghost" onClick={names.reset}>
        Discard
      </Button>
    </span>
  )
}

/** What stands in the way of saving: a refusal, or somebody else's edit. */
export function NamesTrouble({ names }: { names: Names }) {
  if (names.conflict)
    return (
      <EditConflict
        conflict={names.conflict}
        fields={{ label: 'Label', notes: 'Notes' }}
        busy={names.busy}
        onTheirs={names.reset}
        onMine={() => names.conflict && names.saveOver(names.conflict.version)}
      />
    )
  return names.error ? (
    <p role="alert" className="text-sm text-tone-red">
      {errorText(names.error)}
    </p>
  ) : null
}

export function Notes({ names }: { names: Names }) {
  return (
    <Panel title="Notes" actions={<SaveNames names={names} />}>
      <Textarea
        aria-label="Notes"
        rows={3}
        value={names.notes}
        maxLength={20_000}
        placeholder="Evidence, doubts, links"
        onChange={(event) => names.type({ notes: event.target.value })}
      />
    </Panel>
  )
}
