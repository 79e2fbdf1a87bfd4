// Label and notes of a feature, edited in place. `e` edits the label; Enter saves, Esc leaves it as it was.
import type { Feature } from '@mistudio/contracts'
import { useRef, useState } from 'react'
import {
  Button,
  Card,
  conflictOf,
  EditConflict,
  errorText,
  Field,
  Input,
  Textarea,
  useHotkey,
} from '../../../ui/index.js'
import { useAnnotate } from '../api.js'

/** What was typed and not saved, over the version that stood there when typing began. */
interface Draft {
  readonly index: number
  readonly label: string
  readonly notes: string
  readonly seen: string
}

export function FeatureNames({ feature }: { feature: Feature }) {
  const annotate = useAnnotate(feature.extractionId, feature.saeId)
  const [draft, setDraft] = useState<Draft | null>(null)
  const input = useRef<HTMLInputElement>(null)
  useHotkey('e', () => input.current?.select(), { label: 'Edit the label' })
  // What was typed for another feature is not for this one.
  const mine = draft?.index === feature.index ? draft : null
  const { label, notes } = mine ?? { label: feature.label ?? '', notes: feature.notes }
  const type = (text: Partial<Pick<Draft, 'label' | 'notes'>>) =>
    setDraft({ index: feature.index, seen: mine?.seen ?? feature.version, label, notes, ...text })
  const changed = mine !== null && (label.trim() !== (feature.label ?? '') || notes !== feature.notes)
  const reset = () => {
    setDraft(null)
    annotate.reset()
  }
  const save = (seen: string) =>
    annotate.mutate(
      { index: feature.index, change: { label: label.trim() || null, notes }, seen },
      { onSuccess: () => setDraft(null) },
    )
  const conflict = mine && conflictOf(annotate.error)
  return (
    <Card>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (changed) save(mine.seen)
        }}
        className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto]"
      >
        <Field
          label="Label"
          error={annotate.error && !conflict ? errorText(annotate.error) : null}
          hint="What it fires on, in a few words. Press e to edit."
        >
          <Input
            ref={input}
            value={label}
            maxLength={200}
            placeholder="No label yet"
            onChange={(event) => type({ label: event.target.value })}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return
              reset()
              event.currentTarget.blur()
            }}
          />
        </Field>
        <Field label="Notes">
          <Textarea
            rows={1}
            value={notes}
            maxLength={20_000}
            placeholder="Evidence, doubts, links"
            onChange={(event) => type({ notes: event.target.value })}
          />
        </Field>
        <span className="flex gap-2 lg:pt-7">
          <Button type="submit" busy={annotate.isPending} disabledReason={changed ? null : 'Nothing has changed.'}>
            Save
          </Button>
          {changed && (
            <Button kind="ghost" onClick={reset}>
              Discard
            </Button>
          )}
        </span>
      </form>
      {conflict && (
        <EditConflict
          conflict={conflict}
          fields={{ label: 'Label', notes: 'Notes' }}
          busy={annotate.isPending}
          onTheirs={reset}
          onMine={() => save(conflict.version)}
        />
      )}
    </Card>
  )
}
