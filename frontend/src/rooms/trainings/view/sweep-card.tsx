// Several trainings from one form: options that vary and the values they take. Every combination becomes a training.
import { OPTION_TEXTS, optionKind } from '@mistudio/contracts'
import Plus from 'lucide-react/icons/plus'
import X from 'lucide-react/icons/x'
import { Button, Card, Field, IconButton, Input, Notice, Select } from '../../../ui/index.js'
import type { Draft } from '../form.js'
import { type SweepPlan, type SweepRow, sweepable } from '../sweep.js'

interface Props {
  draft: Draft
  rows: readonly SweepRow[]
  plan: SweepPlan
  /** Errors of rows are shown once starting was tried. */
  tried: boolean
  onRows(rows: readonly SweepRow[]): void
}

export function SweepCard({ draft, rows, plan, tried, onRows }: Props) {
  const keys = sweepable(draft.architecture, draft.values)
  const unused = keys.filter((key) => rows.every((row) => row.key !== key))
  const preferred = (['targetL0', 'k', 'l1Coefficient', 'l0Coefficient'] as const).find((key) => unused.includes(key))
  const add = () => {
    const key = preferred ?? unused[0]
    if (key) onRows([...rows, { id: Math.max(0, ...rows.map(({ id }) => id)) + 1, key, text: '' }])
  }
  const change = (id: number, part: Partial<SweepRow>) =>
    onRows(rows.map((row) => (row.id === id ? { ...row, ...part } : row)))
  return (
    <Card
      title="Sweep"
      description="Try several values at once: every combination becomes a training. Those that read the same tokens share each forward pass of the model."
      actions={
        <Button
          size="sm"
          icon={Plus}
          onClick={add}
          disabledReason={unused.length === 0 ? 'Every option varies already.' : null}
        >
          Vary an option
        </Button>
      }
    >
      {rows.length > 0 && (
        <div className="space-y-3">
          {rows.map((row) => {
            const kind = optionKind(draft.architecture, row.key)
            const choices = kind.kind === 'choice' ? kind.values.join(', ') : undefined
            const hint = choices ?? (kind.kind === 'switch' ? 'on, off' : 'For example 16, 32, 64')
            return (
              <div key={row.id} className="grid items-start gap-3 sm:grid-cols-[minmax(0,14rem)_minmax(0,1fr)_auto]">
                <Field label="Option">
                  <Select
                    value={row.key}
                    onChange={(key) => change(row.id, { key, text: '' })}
                    options={keys.map((key) => ({ value: key, label: OPTION_TEXTS[key].label }))}
                  />
                </Field>
                <Field
                  label={`Values of ${OPTION_TEXTS[row.key].label}`}
                  hint={hint}
                  error={tried || row.text !== '' ? plan.errors.get(row.id) : undefined}
                >
                  <Input value={row.text} onChange={(event) => change(row.id, { text: event.target.value })} />
                </Field>
                <IconButton
                  icon={X}
                  label={`Do not vary ${OPTION_TEXTS[row.key].label}`}
                  className="sm:mt-7"
                  onClick={() => onRows(rows.filter(({ id }) => id !== row.id))}
                />
              </div>
            )
          })}
          {plan.error && <Notice tone="red">{plan.error}</Notice>}
          {plan.grid && (
            <p className="text-sm text-body" aria-live="polite">
              {plan.trainings} {plan.trainings === 1 ? 'training' : 'trainings'} in {plan.jobs}{' '}
              {plan.jobs === 1 ? 'job' : 'jobs'}: the model reads the text{' '}
              {plan.jobs === 1 ? 'once' : `${plan.jobs} times`}.
            </p>
          )}
        </div>
      )}
    </Card>
  )
}
