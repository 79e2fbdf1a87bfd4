// The settings most runs change: size, sparsity, length, learning rate.
import type { Model } from '@mistudio/contracts'
import { Card, Field, formatCount, formatNumber, Select } from '../../ui/index.js'
import { BASIC_KEYS, type NumberKey } from '../fields.js'
import { type Draft, type DraftErrors, type DraftParams, dSaeOf } from '../form.js'
import { NumberInput } from './number-input.js'

interface Props {
  draft: Draft
  model: Model | undefined
  errors: DraftErrors
  onParams(params: Partial<DraftParams>): void
}

const SCHEDULES = [
  { value: 'linear', label: 'Linear: warm-up, hold, decay' },
  { value: 'cosine', label: 'Cosine: warm-up, then a half cosine' },
  { value: 'constant', label: 'Constant: warm-up, then hold' },
] as const

export function BasicSettings({ draft, model, errors, onParams }: Props) {
  const dSae = dSaeOf(draft, model)
  const { steps, batchSize } = draft.params
  const hints: Partial<Record<NumberKey, string>> = {
    ...(dSae === null ? {} : { expansion: `d_sae = ${formatNumber(dSae)} features` }),
    ...(steps && batchSize ? { batchSize: `${formatCount(steps * batchSize)} tokens in all` } : {}),
  }
  const linear = draft.params.lrSchedule === 'linear'
  return (
    <Card title="Settings">
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {BASIC_KEYS.filter((key) => linear || key !== 'decaySteps').map((key) => (
          <NumberInput key={key} name={key} draft={draft} errors={errors} hint={hints[key]} onParams={onParams} />
        ))}
        <Field label="Schedule" help="How the learning rate moves over the run.">
          <Select
            value={draft.params.lrSchedule}
            onChange={(lrSchedule) => onParams({ lrSchedule })}
            options={SCHEDULES}
          />
        </Field>
      </div>
    </Card>
  )
}
