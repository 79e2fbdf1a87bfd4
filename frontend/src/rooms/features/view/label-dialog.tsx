// One label for many features. Labels that stand already are kept unless they are to be replaced.
import type { Extraction } from '@mistudio/contracts'
import { type FormEvent, useState } from 'react'
import { Button, Checkbox, Dialog, errorText, Field, Input, plural, toast } from '../../../ui/index.js'
import { useAnnotateMany } from '../api.js'

interface Props {
  extraction: Pick<Extraction, 'id' | 'saeId'>
  indices: readonly number[]
  onClose(): void
}

export function LabelDialog({ extraction, indices, onClose }: Props) {
  const [label, setLabel] = useState('')
  const [replaceLabels, setReplace] = useState(false)
  const annotate = useAnnotateMany(extraction.id, extraction.saeId)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!label.trim()) return
    annotate.mutate(
      { indices: [...indices], label: label.trim(), replaceLabels },
      {
        onSuccess: ({ changed }) => {
          const kept = indices.length - changed
          toast.success(`${plural(changed, 'feature')} labelled${kept > 0 ? `; ${kept} kept their label` : ''}.`)
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
      title={`Label ${plural(indices.length, 'feature')}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form="label-features"
            kind="primary"
            busy={annotate.isPending}
            disabledReason={label.trim() ? null : 'Type a label first.'}
          >
            Label
          </Button>
        </>
      }
    >
      <form id="label-features" onSubmit={submit} className="space-y-4">
        <Field label="Label" required error={annotate.error ? errorText(annotate.error) : null}>
          <Input autoFocus value={label} maxLength={200} onChange={(event) => setLabel(event.target.value)} />
        </Field>
        <Checkbox
          checked={replaceLabels}
          onChange={setReplace}
          label="Replace labels that exist"
          hint="Otherwise features with a label keep it."
        />
      </form>
    </Dialog>
  )
}
