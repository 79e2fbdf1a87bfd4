// One number of the training form: words from `fields`, limits from the contract.
import { Field, NumberField } from '../../ui/index.js'
import { limitsOf, NUMBER_FIELDS, type NumberKey } from '../fields.js'
import type { Draft, DraftErrors, DraftParams } from '../form.js'

interface Props {
  name: NumberKey
  draft: Draft
  errors: DraftErrors
  hint?: React.ReactNode
  onParams(params: Partial<DraftParams>): void
}

export function NumberInput({ name, draft, errors, hint, onParams }: Props) {
  const { label, unit, help } = NUMBER_FIELDS[name]
  const { min, max, whole } = limitsOf(name)
  return (
    <Field label={label} help={help} error={errors[name]} hint={hint}>
      <NumberField
        value={draft.params[name]}
        onChange={(value) => onParams({ [name]: value })}
        min={min}
        max={max}
        step={whole ? 1 : 'any'}
        {...(unit ? { unit } : {})}
      />
    </Field>
  )
}
