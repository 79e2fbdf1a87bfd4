// Strengths per variant: a centre-zero slider and a number for every chosen feature, in units of the feature's own maximum activation.
import type { SteeringAction } from '@mistudio/contracts'
import Plus from 'lucide-react/icons/plus'
import Trash2 from 'lucide-react/icons/trash-2'
import { Button, Field, Help, IconButton, NumberField, Select, Slider } from '../../../ui/index.js'
import {
  ACTIONS,
  addVariant,
  DEFAULT_STRENGTH,
  MAX_VARIANTS,
  removeVariant,
  type SteeringDraft,
  SWEEP,
  setStrength,
  strengthText,
  sweep,
} from '../draft.js'

interface Props {
  draft: SteeringDraft
  onDraft(draft: SteeringDraft): void
}

export function Variants({ draft, onDraft }: Props) {
  const full = draft.variants.length >= MAX_VARIANTS
  return (
    <fieldset className="min-w-0 space-y-2">
      <legend className="mb-1.5 flex items-center gap-1 text-sm font-medium text-heading">
        Strengths
        <Help label="Strength">{ACTIONS[draft.action].help}</Help>
      </legend>
      <Field label="What is done with the features">
        <Select
          value={draft.action}
          onChange={(action) => onDraft({ ...draft, action })}
          options={Object.entries(ACTIONS).map(([value, { label }]) => ({ value: value as SteeringAction, label }))}
        />
      </Field>
      {draft.variants.map((variant, index) => (
        <fieldset key={variant.key} className="flex min-w-0 items-center gap-1 rounded-lg border border-line py-1 pl-3">
          <legend className="sr-only">Column {index + 1}</legend>
          <div className="min-w-0 flex-1">
            {draft.features.map((feature) => (
              <Strength
                key={feature}
                feature={feature}
                column={index + 1}
                action={draft.action}
                value={variant.strengths[feature] ?? DEFAULT_STRENGTH}
                onChange={(value) => onDraft(setStrength(draft, variant.key, feature, value))}
              />
            ))}
          </div>
          <IconButton
            icon={Trash2}
            tone="danger"
            label={`Remove column ${index + 1}`}
            disabledReason={draft.variants.length > 1 ? null : 'At least one column is needed.'}
            onClick={() => onDraft(removeVariant(draft, variant.key))}
            className="size-8"
          />
        </fieldset>
      ))}
      <div className="flex flex-wrap gap-2">
        <Button
          size="sm"
          icon={Plus}
          disabledReason={full ? `${MAX_VARIANTS} columns are the most.` : null}
          onClick={() => onDraft(addVariant(draft))}
        >
          Add strength
        </Button>
        <Button size="sm" onClick={() => onDraft(sweep(draft))}>
          Sweep {SWEEP.map((value) => String(value).replace('-', '−')).join(', ')}
        </Button>
      </div>
    </fieldset>
  )
}

interface StrengthProps {
  feature: number
  column: number
  action: SteeringAction
  value: number
  onChange(value: number): void
}

/** Slider and number of one feature in one column. The slider covers −5 to 5, the number the whole range of the contract. */
function Strength({ feature, column, action, value, onChange }: StrengthProps) {
  const name = `Strength of feature ${feature} in column ${column}`
  const set = (next: number) => onChange(Math.round(next * 100) / 100)
  return (
    <div className="grid grid-cols-[48px_minmax(0,1fr)_72px] items-center gap-3 py-0.5">
      <span className="font-mono text-xs text-body">#{feature}</span>
      <Slider
        aria-label={name}
        value={Math.max(-5, Math.min(5, value))}
        min={-5}
        max={5}
        step={0.1}
        centred
        valueText={strengthText(value, action)}
        onChange={set}
      />
      <NumberField
        aria-label={`${name}, as a number`}
        value={value}
        min={-20}
        max={20}
        step={0.1}
        onChange={(next) => next !== null && set(next)}
      />
    </div>
  )
}
