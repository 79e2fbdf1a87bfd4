// Settings with sound defaults, folded away; opened by itself when one of them is wrong.
import { Checkbox } from '../../ui/index.js'
import { ADVANCED_GROUPS, SWITCH_FIELDS, type SwitchKey } from '../fields.js'
import type { Draft, DraftErrors, DraftParams } from '../form.js'
import { NumberInput } from './number-input.js'

interface Props {
  draft: Draft
  errors: DraftErrors
  onParams(params: Partial<DraftParams>): void
}

export function AdvancedSettings({ draft, errors, onParams }: Props) {
  const wrong = ADVANCED_GROUPS.some((group) => group.keys.some((key) => errors[key]))
  return (
    <details open={wrong || undefined} className="rounded-lg border border-line bg-card p-5">
      <summary className="text-lg font-semibold text-heading">
        Advanced{' '}
        <span className="text-sm font-normal text-muted">
          optimiser, dead features, buffer, evaluation, checkpoints
        </span>
      </summary>
      <div className="mt-4 space-y-5">
        {ADVANCED_GROUPS.map((group) => (
          <fieldset key={group.title}>
            <legend className="mb-2 text-xs font-medium text-muted uppercase">{group.title}</legend>
            <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
              {group.keys.map((key) => (
                <NumberInput key={key} name={key} draft={draft} errors={errors} onParams={onParams} />
              ))}
            </div>
          </fieldset>
        ))}
        <fieldset className="space-y-3">
          <legend className="mb-2 text-xs font-medium text-muted uppercase">Method</legend>
          {(Object.keys(SWITCH_FIELDS) as SwitchKey[]).map((key) => (
            <Checkbox
              key={key}
              checked={draft.params[key]}
              onChange={(value) => onParams({ [key]: value })}
              label={SWITCH_FIELDS[key].label}
              hint={SWITCH_FIELDS[key].help}
            />
          ))}
        </fieldset>
      </div>
    </details>
  )
}
