// How much a capture reads and how it is stored.
import { Field, NumberField, Select } from '../../../ui/index.js'
import type { Draft, Verdict } from '../form.js'

interface AmountFieldsProps {
  draft: Draft
  errors: Verdict['errors']
  onChange(part: Partial<Draft>): void
}

export function AmountFields({ draft, errors, onChange }: AmountFieldsProps) {
  const rounded = draft.dtype === 'float16'
  return (
    <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
      <Field label="Tokens" error={errors.tokens} help="From the beginning of the split, in whole contexts.">
        <NumberField value={draft.tokens} step={1000} onChange={(tokens) => onChange({ tokens })} unit="tokens" />
      </Field>
      <Field label="Split">
        <Select
          value={draft.split}
          onChange={(split) => onChange({ split })}
          options={[
            { value: 'train', label: 'Train' },
            { value: 'held_out', label: 'Held out' },
          ]}
        />
      </Field>
      <Field label="File format">
        <Select
          value={draft.format}
          onChange={(format) => onChange({ format })}
          options={[
            { value: 'safetensors', label: 'safetensors' },
            { value: 'npz', label: 'npz (NumPy)' },
          ]}
        />
      </Field>
      <Field label="Stored as" hint={rounded ? 'Rounded to 11 significant bits; above 65504 refused.' : 'Exact.'}>
        <Select
          value={draft.dtype}
          onChange={(dtype) => onChange({ dtype })}
          options={[
            { value: 'float32', label: 'float32' },
            { value: 'float16', label: 'float16' },
          ]}
        />
      </Field>
      <Field label="Shard size" error={errors.shardBytes} help="Whole contexts, one at least.">
        <NumberField value={draft.shardMib} step={1} onChange={(shardMib) => onChange({ shardMib })} unit="MB" />
      </Field>
    </div>
  )
}
