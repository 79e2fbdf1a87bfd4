// Checks of one group as a table. A check that was run in several ways is one row, which opens to show each.
import type { ParityCheck } from '@mistudio/contracts'
import ChevronDown from 'lucide-react/icons/chevron-down'
import ChevronRight from 'lucide-react/icons/chevron-right'
import CircleAlert from 'lucide-react/icons/circle-alert'
import CircleCheck from 'lucide-react/icons/circle-check'
import { useState } from 'react'
import { Badge, cx, formatCount, formatValue, Table, Td, Th, Tr } from '../../../ui/index.js'
import { figureText, type ParityRow, toleranceText, variantText } from '../parity.js'

export function ParityTable({ label, rows }: { label: string; rows: readonly ParityRow[] }) {
  return (
    <Table label={label}>
      <thead>
        <tr>
          <Th>Check</Th>
          <Th>Result</Th>
          <Th number>Figure</Th>
          <Th number>Limit</Th>
          <Th number>Mean</Th>
          <Th number>Compared</Th>
          <Th>What was done</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.name} row={row} />
        ))}
      </tbody>
    </Table>
  )
}

function Verdict({ check }: { check: ParityCheck }) {
  if (!check.pass)
    return (
      <Badge tone="red" icon={CircleAlert}>
        Failed
      </Badge>
    )
  return (
    <Badge tone={check.tolerance === null ? 'slate' : 'emerald'} icon={CircleCheck}>
      {check.tolerance === null ? 'Measured' : 'Passed'}
    </Badge>
  )
}

function Row({ row: { name, checks, worst } }: { row: ParityRow }) {
  const [open, setOpen] = useState(false)
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <>
      <Tr>
        <Td className="min-w-60 font-mono text-xs text-heading">
          {checks.length > 1 ? (
            <button
              type="button"
              aria-expanded={open}
              onClick={() => setOpen(!open)}
              className="flex items-start gap-1 text-left hover:underline"
            >
              <Chevron className="size-4 shrink-0" aria-hidden />
              <span className="wrap-anywhere">{name}</span>
            </button>
          ) : (
            <span className="wrap-anywhere">{name}</span>
          )}
        </Td>
        <Td>
          <Verdict check={worst} />
        </Td>
        <Figures check={worst} />
        <Td className="min-w-56 text-xs text-muted">
          {worst.detail}
          {checks.length > 1 && ` The worst of ${checks.length} ways of running (${variantText(worst)}).`}
        </Td>
      </Tr>
      {open &&
        checks.map((check) => (
          <Tr key={variantText(check)} className="bg-tile/50">
            <Td className="pl-8 text-xs text-muted">{variantText(check)}</Td>
            <Td>
              <Verdict check={check} />
            </Td>
            <Figures check={check} />
            <Td />
          </Tr>
        ))}
    </>
  )
}

function Figures({ check }: { check: ParityCheck }) {
  return (
    <>
      <Td number className={cx('whitespace-nowrap', !check.pass && 'font-semibold text-tone-red')}>
        {figureText(check)}
      </Td>
      <Td number className="whitespace-nowrap text-muted">
        {toleranceText(check)}
      </Td>
      <Td number className="whitespace-nowrap text-muted">
        {formatValue(check.mean)}
      </Td>
      <Td number className="whitespace-nowrap text-muted">
        {formatCount(check.count)} {check.unit === 'nats' ? 'tokens' : check.unit || 'values'}
      </Td>
    </>
  )
}
