// How the next token is drawn. Limits come from the contract.
import { type Sampling, SamplingSchema } from '@mistudio/contracts'
import type { ReactNode } from 'react'
import { Field, NumberField } from '../../../ui/index.js'
import type { SamplingDraft } from '../draft.js'
import { SAMPLING_FIELDS } from '../words.js'

const FIRST: readonly (keyof Sampling)[] = ['maxTokens', 'temperature', 'seed']
const MORE: readonly (keyof Sampling)[] = ['topP', 'topK', 'minP', 'repetitionPenalty']

export function SamplingFields({
  sampling,
  onSampling,
  children,
}: {
  sampling: SamplingDraft
  onSampling(sampling: SamplingDraft): void
  /** More settings behind the same fold. */
  children?: ReactNode
}) {
  const field = (key: keyof Sampling) => {
    const { minValue, maxValue } = SamplingSchema.shape[key].unwrap()
    const fits = SamplingSchema.shape[key].safeParse(sampling[key]).success
    return (
      <Field
        key={key}
        label={SAMPLING_FIELDS[key].label}
        help={SAMPLING_FIELDS[key].help}
        error={fits ? null : `${minValue} to ${maxValue}`}
      >
        <NumberField
          value={sampling[key]}
          step={SAMPLING_FIELDS[key].step}
          min={minValue ?? 0}
          max={maxValue ?? 0}
          onChange={(value) => onSampling({ ...sampling, [key]: value })}
        />
      </Field>
    )
  }
  return (
    <div>
      <div className="grid grid-cols-3 gap-3">{FIRST.map(field)}</div>
      <details className="mt-2">
        <summary className="w-fit text-xs text-muted hover:text-heading">More settings</summary>
        <div className="mt-2 grid grid-cols-3 gap-3">{MORE.map(field)}</div>
        {children && <div className="mt-3 space-y-3">{children}</div>}
      </details>
    </div>
  )
}
