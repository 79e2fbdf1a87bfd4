// The options of the chosen architecture: the ones most runs change in sight, those with sound defaults folded away.
import {
  type Model,
  OPTION_TEXTS,
  type OptionGroup,
  optionKind,
  SHAPE_OPTIONS,
  type TrainingOption,
} from '@mistudio/contracts'
import { type ReactNode, useState } from 'react'
import { Card, formatCount, formatNumber } from '../../../ui/index.js'
import { type Draft, type DraftErrors, dSaeOf } from '../form.js'
import { ADVANCED_GROUPS, BASIC_GROUPS, optionsIn, type Values } from '../options.js'
import { OptionField } from './option-field.js'

interface Props {
  draft: Draft
  model: Model | undefined
  errors: DraftErrors
  /** A branch from a checkpoint keeps what gives the weights their shapes. */
  branch: boolean
  onValues(values: Values): void
}

const KEPT = 'Kept: the weights of the checkpoint have this shape.'

export function Settings(props: Props) {
  const { draft, errors } = props
  // Opened by the user or by a setting in it that is wrong; it does not close under the hands of whoever puts that right.
  const [open, setOpen] = useState(false)
  const advanced = ADVANCED_GROUPS.filter((group) => keysOf(draft, group).length > 0)
  const wrong = advanced.some((group) => keysOf(draft, group).some((key) => errors[key]))
  return (
    <>
      <Card title="Settings">
        <div className="space-y-5">
          {BASIC_GROUPS.map((group) => (
            <Group key={group} group={group} {...props} />
          ))}
        </div>
      </Card>
      <details
        open={open || wrong}
        onToggle={(event) => setOpen(event.currentTarget.open)}
        className="rounded-lg border border-line bg-card p-5"
      >
        <summary className="text-lg font-semibold text-heading">
          Advanced <span className="text-sm font-normal text-muted">{advanced.join(', ').toLowerCase()}</span>
        </summary>
        <div className="mt-4 space-y-5">
          {advanced.map((group) => (
            <Group key={group} group={group} {...props} />
          ))}
        </div>
      </details>
    </>
  )
}

const keysOf = ({ architecture, values }: Draft, group: OptionGroup) => optionsIn(group, architecture, values)

function Group({ group, draft, model, errors, branch, onValues }: Props & { group: OptionGroup }) {
  const keys = keysOf(draft, group)
  if (keys.length === 0) return null
  const { architecture, values } = draft
  const hints = hintsOf(draft, model)
  const isSwitch = (key: TrainingOption) => optionKind(architecture, key).kind === 'switch'
  const field = (key: TrainingOption) => (
    <OptionField
      key={`${key} ${OPTION_TEXTS[key].label}`}
      name={key}
      architecture={architecture}
      values={values}
      error={errors[key]}
      hint={hints[key]}
      locked={branch && (SHAPE_OPTIONS as readonly string[]).includes(key) ? KEPT : undefined}
      onChange={onValues}
    />
  )
  const switches = keys.filter(isSwitch)
  return (
    <fieldset>
      <legend className="mb-2 text-xs font-medium text-muted uppercase">{group}</legend>
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">{keys.filter((key) => !isSwitch(key)).map(field)}</div>
      {switches.length > 0 && <div className="mt-3 space-y-3">{switches.map(field)}</div>}
    </fieldset>
  )
}

function hintsOf(draft: Draft, model: Model | undefined): Partial<Record<TrainingOption, ReactNode>> {
  const { steps, batchSize } = draft.values
  const dSae = dSaeOf(draft, model)
  return {
    ...(dSae === null ? {} : { expansion: `d_sae = ${formatNumber(dSae)} features` }),
    ...(typeof steps === 'number' && typeof batchSize === 'number'
      ? { batchSize: `${formatCount(steps * batchSize)} tokens in all` }
      : {}),
  }
}
