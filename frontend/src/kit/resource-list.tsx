// The page of a list: search, filters, order, pages, selection and what may be done with the selected, and the states around it.
import type { LucideIcon } from 'lucide-react'
import CheckSquare from 'lucide-react/icons/square-check'
import Trash2 from 'lucide-react/icons/trash-2'
import X from 'lucide-react/icons/x'
import { Fragment, type ReactNode, useState } from 'react'
import { Button, Checkbox, EmptyState, FilteredEmpty, Page, Pager, SearchInput, Select } from '../ui/index.js'
import { DeleteDialog, type Deletion } from './delete-dialog.js'
import { filterValues, type ListRules, PAGE_ROWS, shownRows } from './list-state.js'
import { type Loadable, Loaded } from './loaded.js'
import { aOne, type Nouns, noun } from './nouns.js'
import { useChoices } from './use-choices.js'

interface BulkAction<T> {
  readonly label: string
  readonly icon?: LucideIcon
  /** Why it cannot be done with these; null when it can. */
  reason?(chosen: readonly T[]): string | null
  run(chosen: readonly T[]): void
}

interface ResourceListProps<T extends { readonly id: string }> {
  of: Loadable<readonly T[]>
  title: string
  subtitle: string
  nouns: Nouns
  rules: ListRules<T>
  /** The way to a new one, in the head of the page. */
  actions: ReactNode
  icon: LucideIcon
  /** What belongs here and what is missing, while there is nothing. */
  empty: ReactNode
  /** The ways on while there is nothing. */
  emptyActions: ReactNode
  card(row: T): ReactNode
  /** For what may be done with several. */
  nameOf(row: NoInfer<T>): string
  bulk?: readonly BulkAction<T>[]
  /** How the selected are deleted; the last of the bulk actions. */
  deletion?: Deletion<T> & Pick<BulkAction<T>, 'reason'>
  columns?: 1 | 2
  /** Dialogs. */
  children?: ReactNode
}

const ALL = ''

export function ResourceList<T extends { readonly id: string }>(props: ResourceListProps<T>) {
  const {
    of,
    title,
    subtitle,
    nouns,
    actions,
    icon,
    empty,
    emptyActions,
    nameOf,
    bulk = [],
    deletion,
    children,
  } = props
  const [deleting, setDeleting] = useState<readonly T[] | null>(null)
  const done = deletion ? [...bulk, { ...deletion, label: 'Delete', icon: Trash2, run: setDeleting }] : bulk
  return (
    <Page title={title} subtitle={subtitle} actions={actions}>
      <Loaded of={of}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState icon={icon} action={emptyActions}>
              {empty}
            </EmptyState>
          ) : (
            <Rows {...props} bulk={done} all={all} />
          )
        }
      </Loaded>
      {children}
      {deletion && (
        <DeleteDialog {...deletion} things={deleting} onClose={() => setDeleting(null)} nouns={nouns} nameOf={nameOf} />
      )}
    </Page>
  )
}

interface RowsProps<T extends { readonly id: string }>
  extends Pick<ResourceListProps<T>, 'rules' | 'nouns' | 'card' | 'nameOf' | 'columns'> {
  all: readonly T[]
  bulk: readonly BulkAction<T>[]
}

function Rows<T extends { readonly id: string }>(props: RowsProps<T>) {
  const { all, rules, nouns, card, nameOf, bulk, columns = 1 } = props
  const choices = useChoices()
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null)
  const shown = shownRows(all, rules, choices)
  const toggle = (id: string, on: boolean) => {
    const next = new Set(chosen)
    if (on) next.add(id)
    else next.delete(id)
    setChosen(next)
  }
  return (
    <>
      <Toolbar
        all={all}
        shown={shown.found.length}
        rules={rules}
        nouns={nouns}
        choices={choices}
        order={shown.order.id}
      >
        {bulk.length > 0 && chosen === null && (
          <Button icon={CheckSquare} onClick={() => setChosen(new Set())}>
            Select
          </Button>
        )}
      </Toolbar>
      {chosen !== null && (
        <BulkBar
          nouns={nouns}
          found={shown.found}
          chosen={all.filter(({ id }) => chosen.has(id))}
          bulk={bulk}
          onChosen={(rows) => setChosen(new Set(rows.map(({ id }) => id)))}
          onClose={() => setChosen(null)}
        />
      )}
      {shown.found.length === 0 ? (
        <FilteredEmpty onClear={choices.clear}>
          No {nouns.one} fits {choices.search ? `“${choices.search}”` : 'these filters'} ({all.length} before
          filtering).
        </FilteredEmpty>
      ) : (
        <div className={columns === 2 ? 'grid gap-4 lg:grid-cols-2' : 'space-y-3'}>
          {shown.rows.map((row) =>
            chosen === null ? (
              <Fragment key={row.id}>{card(row)}</Fragment>
            ) : (
              <div key={row.id} className="grid grid-cols-[auto_minmax(0,1fr)] items-start gap-3">
                <div className="pt-6">
                  <Checkbox
                    checked={chosen.has(row.id)}
                    onChange={(on) => toggle(row.id, on)}
                    label={<span className="sr-only">Select {nameOf(row)}</span>}
                  />
                </div>
                {card(row)}
              </div>
            ),
          )}
        </div>
      )}
      {shown.found.length > PAGE_ROWS && (
        <div className="mt-4">
          <Pager
            total={shown.found.length}
            offset={shown.page * PAGE_ROWS}
            limit={PAGE_ROWS}
            onOffset={(offset) => choices.setPage(Math.floor(offset / PAGE_ROWS))}
            noun={nouns.many}
          />
        </div>
      )}
    </>
  )
}

interface ToolbarProps<T> {
  all: readonly T[]
  shown: number
  rules: ListRules<T>
  nouns: Nouns
  choices: ReturnType<typeof useChoices>
  order: string
  children: ReactNode
}

function Toolbar<T>({ all, shown, rules, nouns, choices, order, children }: ToolbarProps<T>) {
  if (all.length < 2) return null
  const offered = (rules.filters ?? []).flatMap((filter) => {
    const values = filterValues(all, filter)
    return values.length > 1 || choices.filters[filter.id] !== undefined ? [{ filter, values }] : []
  })
  return (
    <div className="mb-4 flex flex-wrap items-center gap-3">
      <SearchInput
        value={choices.search}
        onChange={choices.setSearch}
        placeholder={`Find ${aOne(nouns)}`}
        className="w-72 max-w-full"
      />
      {offered.map(({ filter, values }) => (
        <Select
          key={filter.id}
          aria-label={filter.label}
          className="w-44"
          value={choices.filters[filter.id] ?? ALL}
          onChange={(value) => choices.setFilter(filter.id, value === ALL ? null : value)}
          options={[{ value: ALL, label: `${filter.label}: all` }, ...values]}
        />
      ))}
      {rules.orders.length > 1 && (
        <Select
          aria-label="Order"
          className="w-44"
          value={order}
          onChange={(value) => choices.setOrder(value === rules.orders[0].id ? null : value)}
          options={rules.orders.map(({ id, label }) => ({ value: id, label }))}
        />
      )}
      {children}
      <span className="ml-auto text-sm text-muted tabular-nums" aria-live="polite">
        {shown === all.length ? noun(nouns, shown) : `${shown} of ${noun(nouns, all.length)}`}
      </span>
    </div>
  )
}

interface BulkBarProps<T> {
  nouns: Nouns
  found: readonly T[]
  chosen: readonly T[]
  bulk: readonly BulkAction<T>[]
  onChosen(rows: readonly T[]): void
  onClose(): void
}

function BulkBar<T>({ nouns, found, chosen, bulk, onChosen, onClose }: BulkBarProps<T>) {
  const none = chosen.length === 0 ? `Select ${aOne(nouns)} first.` : null
  return (
    <section
      aria-label="Selection"
      className="mb-4 flex flex-wrap items-center gap-3 rounded-lg border border-line bg-tile px-4 py-2"
    >
      <span className="text-sm text-heading tabular-nums" aria-live="polite">
        {chosen.length === 0 ? 'Nothing selected' : `${noun(nouns, chosen.length)} selected`}
      </span>
      <Button size="sm" onClick={() => onChosen(chosen.length === found.length ? [] : found)}>
        {chosen.length === found.length ? 'Select none' : `Select all ${found.length}`}
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
