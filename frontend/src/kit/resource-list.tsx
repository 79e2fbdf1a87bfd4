// The page of a list, and a list as a part of a page: search, filters, order, pages, selection and what may be done with the selected,
// and the states around it. The server finds, orders and cuts into pages; the choices are in the address.
import type { ListAsked, Listed, ListedName } from '@mistudio/client'
import type { LucideIcon } from 'lucide-react'
import CheckSquare from 'lucide-react/icons/square-check'
import Trash2 from 'lucide-react/icons/trash-2'
import { Fragment, type ReactNode, useState } from 'react'
import { Button, Checkbox, cx, EmptyState, FilteredEmpty, Page, Pager, toast } from '../ui/index.js'
import { DeleteDialog, type Deletion } from './delete-dialog.js'
import { type BulkAction, BulkBar, Toolbar } from './list-bar.js'
import { type ListRules, PAGE_ROWS } from './list-state.js'
import { Loaded } from './loaded.js'
import type { Nouns } from './nouns.js'
import { type ListView, useList } from './use-list.js'
import { type Selection, useSelection } from './use-selection.js'

/** Orders and filters that the list of a route has. */
export type RulesOf<N extends ListedName> = ListRules<
  NonNullable<ListAsked<N>['sort']>,
  Exclude<keyof ListAsked<N> & string, 'sort' | 'offset' | 'limit' | 'search' | 'ids' | 'facets'>
>

interface ResourceRowsProps<N extends ListedName> {
  /** The route of the list. */
  of: N
  /** What always holds of its rows, whatever is chosen. */
  within?: ListAsked<N>
  nouns: Nouns
  rules: RulesOf<N>
  icon: LucideIcon
  /** What belongs here and what is missing, while there is nothing. */
  empty: ReactNode
  /** The ways on while there is nothing. */
  emptyActions: ReactNode
  card(row: Listed<N>): ReactNode
  /** For what may be done with several. */
  nameOf(row: Listed<N>): string
  bulk?: readonly BulkAction<Listed<N>>[]
  /** How the selected are deleted; the last of the bulk actions. */
  deletion?: Deletion<Listed<N>> & Pick<BulkAction<Listed<N>>, 'reason'>
  columns?: 1 | 2
}

interface ResourceListProps<N extends ListedName> extends ResourceRowsProps<N> {
  title: string
  subtitle: string
  /** The way to a new one, in the head of the page. */
  actions: ReactNode
  /** Dialogs. */
  children?: ReactNode
}

export function ResourceList<N extends ListedName>(props: ResourceListProps<N>) {
  const { title, subtitle, actions, children, ...rows } = props
  return (
    <Page title={title} subtitle={subtitle} actions={actions}>
      <ResourceRows<N> {...(rows as ResourceRowsProps<N>)} />
      {children}
    </Page>
  )
}

/** The list alone, for a page that shows more than it. */
export function ResourceRows<N extends ListedName>(props: ResourceRowsProps<N>) {
  const { of, within, nouns, rules, icon, empty, emptyActions, nameOf, deletion } = props
  const view = useList(of, rules, within)
  const selection = useSelection<Listed<N>>(view.shown.data?.rows ?? [])
  const [deleting, setDeleting] = useState<readonly Listed<N>[] | null>(null)
  const { bulk = [] } = props
  const done = deletion ? [...bulk, { ...deletion, label: 'Delete', icon: Trash2, run: setDeleting }] : bulk
  return (
    <>
      <Loaded of={view.overview}>
        {({ meta: { total } }) =>
          total === 0 ? (
            <EmptyState icon={icon} action={emptyActions}>
              {empty}
            </EmptyState>
          ) : (
            <Rows {...props} bulk={done} view={view} selection={selection} total={total} />
          )
        }
      </Loaded>
      {deletion && (
        <DeleteDialog
          {...deletion}
          remove={async (row) => {
            await deletion.remove(row)
            selection.drop(row.id)
          }}
          things={deleting}
          onClose={() => setDeleting(null)}
          nouns={nouns}
          nameOf={nameOf}
        />
      )}
    </>
  )
}

interface RowsProps<N extends ListedName>
  extends Pick<ResourceRowsProps<N>, 'rules' | 'nouns' | 'card' | 'nameOf' | 'columns'> {
  view: ListView<N>
  selection: Selection<Listed<N>>
  total: number
  bulk: readonly BulkAction<Listed<N>>[]
}

function Rows<N extends ListedName>({ view, selection, total, rules, nouns, bulk, ...cards }: RowsProps<N>) {
  const { shown, filters, choices, waiting } = view
  const [asking, setAsking] = useState(false)
  const selectAll = async () => {
    setAsking(true)
    await view.everything().then(selection.set, toast.error)
    setAsking(false)
  }
  return (
    <>
      <Toolbar total={total} found={shown.data?.found} rules={rules} filters={filters} nouns={nouns} choices={choices}>
        {bulk.length > 0 && selection.chosen === null && (
          <Button icon={CheckSquare} onClick={selection.open}>
            Select
          </Button>
        )}
      </Toolbar>
      {selection.chosen !== null && (
        <BulkBar
          nouns={nouns}
          found={shown.data?.found ?? 0}
          chosen={selection.chosen}
          bulk={bulk}
          busy={asking}
          onAll={() => void selectAll()}
          onNone={() => selection.set([])}
          onClose={selection.close}
        />
      )}
      <Loaded of={shown}>
        {({ rows, found }) =>
          found === 0 ? (
            <FilteredEmpty onClear={choices.clear}>
              No {nouns.one} fits {choices.search ? `“${choices.search}”` : 'these filters'} ({total} before filtering).
            </FilteredEmpty>
          ) : (
            <div aria-busy={waiting} className={cx(waiting && 'opacity-60 transition-opacity delay-150')}>
              <Cards rows={rows} selection={selection} {...cards} />
              {found > PAGE_ROWS && (
                <div className="mt-4">
                  <Pager
                    total={found}
                    offset={choices.page * PAGE_ROWS}
                    limit={PAGE_ROWS}
                    onOffset={(offset) => choices.setPage(Math.floor(offset / PAGE_ROWS))}
                    noun={nouns.many}
                  />
                </div>
              )}
            </div>
          )
        }
      </Loaded>
    </>
  )
}

interface CardsProps<N extends ListedName> extends Pick<ResourceRowsProps<N>, 'card' | 'nameOf' | 'columns'> {
  rows: readonly Listed<N>[]
  selection: Selection<Listed<N>>
}

function Cards<N extends ListedName>({ rows, selection, card, nameOf, columns = 1 }: CardsProps<N>) {
  return (
    <div className={columns === 2 ? 'grid gap-4 lg:grid-cols-2' : 'space-y-3'}>
      {rows.map((row) =>
        selection.chosen === null ? (
          <Fragment key={row.id}>{card(row)}</Fragment>
        ) : (
          <div key={row.id} className="grid grid-cols-[auto_minmax(0,1fr)] items-start gap-3">
            <div className="pt-6">
              <Checkbox
                checked={selection.has(row.id)}
                onChange={(on) => selection.toggle(row, on)}
                label={<span className="sr-only">Select {nameOf(row)}</span>}
              />
            </div>
            {card(row)}
          </div>
        ),
      )}
    </div>
  )
}
