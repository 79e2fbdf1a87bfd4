// One training option as a field: words, limits and kind from the contract.
import { OPTION_TEXTS, optionKind, type SaeTrainingArchitecture, type TrainingOption } from '@mistudio/contracts'
import { type ReactNode, useState } from 'react'
import { Checkbox, Field, Input, NumberField, Select } from '../../../ui/index.js'
import { parseNumbers, type Values } from '../options.js'
import { choiceLabel, emptyLabel } from '../words.js'

interface Props {
  name: TrainingOption
  architecture: SaeTrainingArchitecture
  values: Values
  error?: string | undefined
  hint?: ReactNode
  /** Kept as it is, with the reason. */
  locked?: string | undefined
  onChange(values: Values): void
}

export function OptionField({ name, architecture, values, error, hint, locked, onChange }: Props) {
  const { label, help, unit } = OPTION_TEXTS[name]
  const kind = optionKind(architecture, name)
  const value = values[name]
  const set = (next: unknown) => onChange({ [name]: next })
  const note = locked ?? hint
  const disabled = locked !== undefined
  if (kind.kind === 'switch') {
    return <Checkbox checked={value === true} onChange={set} label={label} hint={locked ?? help} disabled={disabled} />
  }
  return (
    <Field label={label} help={help} error={error} hint={note}>
      {kind.kind === 'number' ? (
        <NumberField
          value={typeof value === 'number' ? value : null}
          onChange={set}
          min={kind.min}
          max={kind.max}
          step={kind.whole ? 1 : 'any'}
          disabled={disabled}
          {...(unit ? { unit } : {})}
          {...(kind.nullable ? { placeholder: emptyLabel(name) } : {})}
        />
      ) : kind.kind === 'choice' ? (
        <Select
          value={String(value ?? '')}
          onChange={set}
          disabled={disabled}
          options={kind.values.map((choice) => ({ value: choice, label: choiceLabel(choice) }))}
        />
      ) : (
        <NumbersInput value={value} onChange={set} disabled={disabled} />
      )}
    </Field>
  )
}

/** Numbers with commas between them. What does not parse is passed on as it is, for the form to refuse. */
function NumbersInput({
  value,
  onChange,
  disabled,
}: {
  value: unknown
  onChange(value: unknown): void
  disabled: boolean
}) {
  const given = Array.isArray(value) ? value.join(', ') : String(value ?? '')
  const [text, setText] = useState(given)
  const stale = JSON.stringify(parseNumbers(text) ?? text) !== JSON.stringify(value)
  return (
    <Input
      value={stale ? given : text}
      disabled={disabled}
      onChange={(event) => {
        setText(event.target.value)
        onChange(parseNumbers(event.target.value) ?? event.target.value)
      }}
    />
  )
}
