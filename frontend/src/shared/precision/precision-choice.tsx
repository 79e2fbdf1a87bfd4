// Choosing a precision: what each takes in memory for a run of the given size, what it lost where that was measured, and whether it fits.
import type { ModelMemory, PrecisionLoss } from '@mistudio/contracts'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useId } from 'react'
import { cx, DASH, Field, formatBytes, Notice, NumberField, Table, Td, Th, Tr } from '../../ui/index.js'
import { draftProblem, type PrecisionDraft, type PrecisionRow, precisionRows, shortLoss } from './precision.js'

interface Props {
  memory: ModelMemory
  draft: PrecisionDraft
  onDraft(draft: PrecisionDraft): void
  /** Left out for models that were not measured yet. */
  losses?: readonly PrecisionLoss[]
}

export function PrecisionChoice({ memory, draft, onDraft, losses }: Props) {
  const group = useId()
  const problem = draftProblem(memory, draft)
  return (
    <fieldset className="space-y-3">
      <legend className="text-sm font-medium text-heading">Precision</legend>
      <div className="grid grid-cols-2 gap-3">
        <Field
          label="Rows (batch)"
          help="Rows of a run that the memory below is estimated for. Nothing else depends on it."
        >
          <NumberField value={draft.batch} step={1} min={1} onChange={(batch) => onDraft({ ...draft, batch })} />
        </Field>
        <Field label="Tokens per row (context)">
          <NumberField value={draft.context} step={1} min={1} onChange={(context) => onDraft({ ...draft, context })} />
        </Field>
      </div>
      <Table label="Precisions">
        <thead>
          <tr>
            <Th>Precision</Th>
            <Th number>Loaded</Th>
            <Th number>
              Run of {draft.batch ?? DASH} × {draft.context ?? DASH}
            </Th>
            {losses && <Th number>Loss</Th>}
          </tr>
        </thead>
        <tbody>
          {precisionRows(memory, draft, losses).map((row) => (
            <Row
              key={row.precision}
              row={row}
              group={group}
              chosen={row.precision === draft.precision}
              withLoss={losses !== undefined}
              onChoose={() => onDraft({ ...draft, precision: row.precision })}
            />
          ))}
        </tbody>
      </Table>
      <p className="text-xs text-muted">
        Estimates of the most that is held, copies made while loading included; with the process itself (about 100 MB)
        they were within 15 % of what was measured. About {formatBytes(memory.available)} are free now. What a precision
        loses on this model is measured when it is loaded at it.
      </p>
      {problem && (
        <Notice tone="red" icon={TriangleAlert} title="It cannot be loaded like this">
          {problem}
        </Notice>
      )}
    </fieldset>
  )
}

interface RowProps {
  row: PrecisionRow
  group: string
  chosen: boolean
  withLoss: boolean
  onChoose(): void
}

function Row({ row, group, chosen, withLoss, onChoose }: RowProps) {
  const { precision, unavailable, fits, loss } = row
  return (
    <Tr>
      <Td>
        <label className={cx('flex items-start gap-2.5', unavailable === null && 'cursor-pointer')}>
          <input
            type="radio"
            name={group}
            value={precision}
            aria-label={precision}
            checked={chosen}
            disabled={unavailable !== null}
            onChange={onChoose}
            className="mt-0.5 size-4 shrink-0 accent-emerald-600"
          />
          <span>
            <span className={unavailable === null ? 'text-heading' : 'text-muted'}>{precision}</span>
            <span className="block text-xs text-muted">{unavailable ?? row.explanation}</span>
          </span>
        </label>
      </Td>
      <Td number className="whitespace-nowrap">
        {unavailable === null ? row.weights : DASH}
      </Td>
      <Td number className="whitespace-nowrap">
        {unavailable === null ? row.run : DASH}
        {unavailable === null && !fits && <span className="block text-xs text-tone-red">does not fit</span>}
      </Td>
      {withLoss && (
        <Td number className="text-xs">
          {loss ? shortLoss(loss) : precision === 'float32' ? 'none: the reference' : DASH}
        </Td>
      )}
    </Tr>
  )
}
