// Label and notes of a feature, edited in place. `e` edits the label; Enter saves, Esc leaves it as it was.
import type { Feature } from '@mistudio/contracts'
import { useEffect, useRef, useState } from 'react'
import { Button, Card, errorText, Field, Input, Textarea, useHotkey } from '../../ui/index.js'
import { useAnnotate } from '../api.js'

export function FeatureNames({ feature }: { feature: Feature }) {
  const annotate = useAnnotate(feature.extractionId, feature.saeId)
  const [label, setLabel] = useState(feature.label ?? '')
  const [notes, setNotes] = useState(feature.notes)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => setLabel(feature.label ?? ''), [feature.label])
  useEffect(() => setNotes(feature.notes), [feature.notes])
  useHotkey('e', () => input.current?.select(), { label: 'Edit the label' })
  const changed = label.trim() !== (feature.label ?? '') || notes !== feature.notes
  const save = () =>
    changed && annotate.mutate({ index: feature.index, change: { label: label.trim() || null, notes } })
  const reset = () => {
    setLabel(feature.label ?? '')
    setNotes(feature.notes)
  }
  return (
    <Card>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
        className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto]"
      >
        <Field
          label="Label"
          error={annotate.error ? errorText(annotate.error) : null}
          hint="What it fires on, in a few words. Press e to edit."
        >
          <Input
            ref={input}
            value={label}
            maxLength={200}
            placeholder="No label yet"
            onChange={(event) => setLabel(event.target.value)}
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
            onChange={(event) => setNotes(event.target.value)}
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
    </Card>
  )
}
