// The parity report as it is shown: checks by group, the same check under several ways of running folded into one row. Pure.
import {
  PARITY_GROUPS,
  type ParityCheck,
  type ParityGroup,
  ParityGroupSchema,
  type ParityReport,
  type ParitySummary,
} from '@mistudio/contracts'
import { DASH, formatValue, plural } from '../../ui/format.js'

export interface ParityRow {
  readonly name: string
  /** One per way of running, worst first. */
  readonly checks: readonly ParityCheck[]
  readonly worst: ParityCheck
  readonly failed: number
}

export interface ParitySection {
  readonly group: ParityGroup
  readonly title: string
  readonly explanation: string
  readonly rows: readonly ParityRow[]
  /** Why something was not looked at. */
  readonly skipped: readonly string[]
}

/** A figure that is no number is worse than any number. */
const badness = ({ pass, figure }: ParityCheck): number => (pass ? 0 : 1e300) + (figure ?? 1e300)

function rowsOf(checks: readonly ParityCheck[]): ParityRow[] {
  const byName = new Map<string, ParityCheck[]>()
  for (const check of checks) byName.set(check.name, [...(byName.get(check.name) ?? []), check])
  return [...byName].map(([name, same]) => {
    const sorted = same.toSorted((a, b) => badness(b) - badness(a))
    return { name, checks: sorted, worst: sorted[0]!, failed: same.filter(({ pass }) => !pass).length }
  })
}

/** Sections with something to show; `failedOnly` leaves out what passed. */
export function paritySections({ checks, skipped }: ParityReport, failedOnly = false): ParitySection[] {
  return ParityGroupSchema.options
    .map((group) => ({
      ...PARITY_GROUPS[group],
      group,
      rows: rowsOf(checks.filter((check) => check.group === group)).filter(({ failed }) => !failedOnly || failed > 0),
      skipped: failedOnly ? [] : skipped.filter((one) => one.group === group).map(({ reason }) => reason),
    }))
    .filter(({ rows, skipped: reasons }) => rows.length > 0 || reasons.length > 0)
}

/** What a badge says of a report: only checks that have a limit can pass it. */
export function parityWords({
  passed,
  failed,
  measured,
  remarks,
}: Pick<ParitySummary, 'passed' | 'failed' | 'measured' | 'remarks'>): {
  readonly text: string
  readonly tone: 'emerald' | 'amber' | 'red'
} {
  if (failed > 0) return { text: `${failed} of ${passed + failed} checks failed`, tone: 'red' }
  // Summaries of before counted what was only measured as passed.
  if (measured === undefined) return { text: 'no check failed', tone: 'emerald' }
  const parts = [
    `all ${plural(passed, 'check')} passed`,
    measured > 0 && `${measured} measured`,
    remarks > 0 && `${plural(remarks, 'remark')}`,
  ]
  return { text: parts.filter(Boolean).join(', '), tone: remarks > 0 ? 'amber' : 'emerald' }
}

/** A figure with its unit; what is not a finite number says so. */
export const figureText = ({ figure, unit }: Pick<ParityCheck, 'figure' | 'unit'>): string =>
  figure === null ? 'not finite' : `${formatValue(figure)}${unit === 'nats' ? ' nats' : ''}`

export const toleranceText = ({ tolerance }: ParityCheck): string =>
  tolerance === null ? DASH : tolerance === 0 ? 'exactly 0' : `≤ ${formatValue(tolerance)}`

/** `2 threads, optimised`. */
export const variantText = ({ variant }: ParityCheck): string =>
  variant === null
    ? 'any'
    : `${plural(variant.threads, 'thread')}, ${variant.optimise ? 'graph optimised' : 'graph as it is'}`
