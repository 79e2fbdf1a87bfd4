// Strengths per variant: a centre-zero slider and a number for every chosen feature, in units of the feature's own maximum activation.
import Plus from 'lucide-react/icons/plus'
import Trash2 from 'lucide-react/icons/trash-2'
import { Button, Help, IconButton, NumberField, Slider } from '../../ui/index.js'
import { addVariant, DEFAULT_STRENGTH, MAX_VARIANTS, removeVariant, SWEEP, type SteeringDraft, setStrength, strengthText, sweep } from '../draft.js'

interface Props {
  draft: SteeringDraft
  onDraft(draft: SteeringDraft): void
}

export function Variants({ draft, onDraft }: Props) {
  const full = draft.variants.length >= MAX_VARIANTS
  return (
    <fieldset className="space-y-3">
      <legend className="mb-1.5 flex items-center gap-1 text-sm font-medium text-heading">
        Strengths
        <Help label="Strength">
          1 adds the feature's decoder direction times its strongest activation at every position; −1 takes it away. Beyond ±3 text often falls apart.
        </Help>
      </legend>
      {draft.variants.map((variant, index) => (
        <div key={variant.key} className="rounded-lg border border-line p-2.5">
          <div className="flex items-center justify-between">
            <span className="text-xs font-medium text-muted">Column {index + 1}</span>
            {draft.variants.length > 1 && (
              <IconButton icon={Trash2} tone="danger" label={`Remove column ${index + 1}`} onClick={() => onDraft(removeVariant(draft, variant.key))} className="size-7" />
            )}
          </div>
          {draft.features.map((feature) => {
            const strength = variant.strengths[feature] ?? DEFAULT_STRENGTH
            const set = (value: number) => onDraft(setStrength(draft, variant.key, feature, Math.round(value * 100) / 100))
            const name = `Strength of feature ${feature} in column ${index + 1}`
            return (
              <div key={feature} className="grid grid-cols-[56px_minmax(0,1fr)_80px] items-center gap-3 py-0.5">
                <span className="font-mono text-xs text-body">#{feature}</span>
                <Slider aria-label={name} value={Math.max(-5, Math.min(5, strength))} min={-5} max={5} step={0.1} centred valueText={strengthText(strength)} onChange={set} />
                <NumberField aria-label={`${name}, as a number`} value={strength} min={-20} max={20} step={0.1} onChange={(value) => value !== null && set(value)} />
              </div>
            )
          })}
        </div>
      ))}
      <div className="flex flex-wrap gap-2">
        <Button size="sm" icon={Plus} disabledReason={full ? `${MAX_VARIANTS} columns are the most.` : null} onClick={() => onDraft(addVariant(draft))}>
          Add strength
        </Button>
        <Button size="sm" onClick={() => onDraft(sweep(draft))}>
          Sweep {SWEEP.map((value) => String(value).replace('-', '−')).join(', ')}
        </Button>
      </div>
    </fieldset>
  )
}
