// Above the rows of a list: search, filters, order and how many were found; and what may be done with the selected.
import type { LucideIcon } from 'lucide-react'
import X from 'lucide-react/icons/x'
import type { ReactNode } from 'react'
import { Button, SearchInput, Select } from '../ui/index.js'
import { type ListRules, type OfferedFilter, orderOf } from './list-state.js'
import { aOne, type Nouns, noun } from './nouns.js'
import type { Choices } from './use-choices.js'

const ALL = ''

interface ToolbarProps {
  /** Before filtering, and found; undefined while the first answer is on its way. */
  total: number
  found: number | undefined
  rules: ListRules
  filters: readonly OfferedFilter[]
  nouns: Nouns
  choices: Choices
  children: ReactNode
}

export function Toolbar({ total, found, rules, filters, nouns, choices, children }: ToolbarProps) {
  if (total < 2) return null
  return (
    <div className="mb-4 flex flex-wrap items-center gap-3">
      <SearchInput
        value={choices.search}
        onChange={choices.setSearch}
        placeholder={`Find ${aOne(nouns)}`}
        className="w-72 max-w-full"
      />
      {filters.map(({ id, label, values }) => (
        <Select
          key={id}
          aria-label={label}
          className="w-44"
          value={choices.filters[id] ?? ALL}
          onChange={(value) => choices.setFilter(id, value === ALL ? null : value)}
          options={[{ value: ALL, label: `${label}: all` }, ...values]}
        />
      ))}
      {rules.orders.length > 1 && (
        <Select
          aria-label="Order"
          className="w-44"
          value={orderOf(rules, choices).id}
          onChange={(value) => choices.setOrder(value === rules.orders[0].id ? null : value)}
          options={rules.orders.map(({ id, label }) => ({ value: id, label }))}
        />
      )}
      {children}
      <span className="ml-auto text-sm text-muted tabular-nums" aria-live="polite">
        {found === undefined
          ? ''
          : found === total
            ? noun(nouns, found)
            : `${found.toLocaleString('en-US')} of ${noun(nouns, total)}`}
      </span>
    </div>
  )
}

export interface BulkAction<T> {
  readonly label: string
  readonly icon?: LucideIcon
  /** Why it cannot be done with these; null when it can. */
  reason?(chosen: readonly T[]): string | null
  run(chosen: readonly T[]): void
}

interface BulkBarProps<T> {
  nouns: Nouns
  found: number
  chosen: readonly T[]
  bulk: readonly BulkAction<T>[]
  /** All are being asked for. */
  busy: boolean
  onAll(): void
  onNone(): void
  onClose(): void
}

export function BulkBar<T>({ nouns, found, chosen, bulk, busy, onAll, onNone, onClose }: BulkBarProps<T>) {
  const none = chosen.length === 0 ? `Select ${aOne(nouns)} first.` : null
  const all = chosen.length > 0 && chosen.length >= found
  return (
    <section
      aria-label="Selection"
      className="mb-4 flex flex-wrap items-center gap-3 rounded-lg border border-line bg-tile px-4 py-2"
    >
      <span className="text-sm text-heading tabular-nums" aria-live="polite">
        {chosen.length === 0 ? 'Nothing selected' : `${noun(nouns, chosen.length)} selected`}
      </span>
      <Button size="sm" busy={busy} onClick={all ? onNone : onAll}>
        {all ? 'Select none' : `Select all ${found.toLocaleString('en-US')}`}
      </Button>
      {bulk.map(({ label, icon, reason, run }) => (
        <Button
          key={label}
          size="sm"
          {...(icon ? { icon } : {})}
          disabledReason={none ?? reason?.(chosen) ?? null}
          onClick={() => run(chosen)}
        >
          {label}
        </Button>
      ))}
      <Button size="sm" kind="ghost" icon={X} onClick={onClose} className="ml-auto">
        Done
      </Button>
    </section>
  )
}
