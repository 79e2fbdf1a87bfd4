// Strengths per variant: a centre-zero slider and a number for every chosen feature, in units of the feature's own maximum activation.
import { STEERING_LIMITS } from '@mistudio/contracts'
import Plus from 'lucide-react/icons/plus'
import Trash2 from 'lucide-react/icons/trash-2'
import { Button, Help, IconButton, NumberField, Slider, Tooltip } from '../../../ui/index.js'
import {
  addVariant,
  type Edit,
  onSlider,
  PRESETS,
  removeVariant,
  SLIDER,
  STRENGTHS,
  type SteeringDraft,
  setStrength,
  toggleFeature,
  type Variant,
  withPreset,
} from '../draft.js'
import { ACTIONS, strengthText } from '../words.js'

interface Props {
  draft: SteeringDraft
  onDraft(draft: SteeringDraft): void
}

export function Variants({ draft, onDraft }: Props) {
  const full = draft.variants.length >= STEERING_LIMITS.variants
  return (
    <fieldset className="min-w-0 space-y-2">
      <legend className="mb-1.5 flex items-center gap-1 text-sm font-medium text-heading">
        Strengths
        <Help label="Strength">
          One column of text for each set of strengths, besides the text without steering. A strength is in units of the
          feature's own largest activation.
        </Help>
      </legend>
      <div className="flex flex-wrap gap-1.5">
        {PRESETS.map((preset) => (
          <Tooltip key={preset.label} text={preset.help}>
            <Button
              size="sm"
              kind="ghost"
              onClick={() => onDraft(withPreset(draft, preset))}
              className="border border-line"
            >
              {preset.label}
            </Button>
          </Tooltip>
        ))}
      </div>
      {draft.variants.map((variant, at) => (
        <Column key={variant.key} draft={draft} onDraft={onDraft} variant={variant} number={at + 1} />
      ))}
      <Button
        size="sm"
        icon={Plus}
        disabledReason={full ? `${STEERING_LIMITS.variants} columns are the most.` : null}
        onClick={() => onDraft(addVariant(draft))}
      >
        Add strength
      </Button>
    </fieldset>
  )
}

function Column({ draft, onDraft, variant, number }: Props & { variant: Variant; number: number }) {
  return (
    <fieldset className="flex min-w-0 items-center gap-1 rounded-lg border border-line py-1 pl-3">
      <legend className="sr-only">Column {number}</legend>
      <div className="min-w-0 flex-1">
        {draft.features.map((feature) => {
          const edit = variant.edits.find(({ index }) => index === feature)
          const toggle = () => onDraft(toggleFeature(draft, variant.key, feature))
          return edit ? (
            <Strength
              key={feature}
              edit={edit}
              column={number}
              alone={draft.features.length === 1}
              onChange={(value) => onDraft(setStrength(draft, variant.key, feature, value))}
              onLeaveOut={toggle}
            />
          ) : (
            <p key={feature} className="flex items-center gap-3 py-0.5 text-xs text-muted">
              <span className="w-12 font-mono">#{feature}</span>
              left out of this column
              <Button size="sm" kind="ghost" onClick={toggle} className="h-7">
                Take in
              </Button>
            </p>
          )
        })}
      </div>
      <IconButton
        icon={Trash2}
        tone="danger"
        label={`Remove column ${number}`}
        disabledReason={draft.variants.length > 1 ? null : 'At least one column is needed.'}
        onClick={() => onDraft(removeVariant(draft, variant.key))}
        className="size-8"
      />
    </fieldset>
  )
}

interface StrengthProps {
  edit: Edit
  column: number
  /** The only feature of the draft: there is nothing to leave out. */
  alone: boolean
  onChange(value: number): void
  onLeaveOut(): void
}

/** Slider and number of one feature in one column. The number covers the whole range of the contract. */
function Strength({ edit, column, alone, onChange, onLeaveOut }: StrengthProps) {
  const { index, strength, action } = edit
  const name = `Strength of feature ${index} in column ${column}`
  const set = (next: number) => onChange(Math.round(next * 100) / 100)
  return (
    <div className="grid grid-cols-[48px_minmax(0,1fr)_64px] items-center gap-3 py-0.5">
      <span className="font-mono text-xs text-body">
        {alone ? (
          `#${index}`
        ) : (
          <button
            type="button"
            onClick={onLeaveOut}
            title={`Leave feature ${index} out of this column`}
            className="hover:text-heading hover:line-through"
          >
            #{index}
          </button>
        )}
      </span>
      <span title={`${ACTIONS[action].label}: ${strengthText(strength, action)}`}>
        <Slider
          aria-label={name}
          value={onSlider(strength)}
          min={SLIDER.min}
          max={SLIDER.max}
          step={0.1}
          centred
          valueText={strengthText(strength, action)}
          onChange={set}
        />
      </span>
      <NumberField
        aria-label={`${name}, as a number`}
        value={strength}
        min={STRENGTHS.min}
        max={STRENGTHS.max}
        step={0.1}
        onChange={(next) => next !== null && set(next)}
        className="px-2"
      />
    </div>
  )
}
