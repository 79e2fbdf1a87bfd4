// The virtual list of features: rows laid out for the width, pages fetched as they come into view, sorted by the server.
import type { Extraction, FeatureRow } from '@mistudio/contracts'
import { createColumnHelper, getCoreRowModel, useReactTable } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import ArrowDown from 'lucide-react/icons/arrow-down'
import ArrowUp from 'lucide-react/icons/arrow-up'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { places } from '../../../places/index.js'
import { useCharacters } from '../../../tokens/index.js'
import { cx, Skeleton, toast, useHotkey } from '../../../ui/index.js'
import { PAGE_ROWS, useAnnotate, useFeaturePages } from '../api.js'
import { type Filters, type Sort, sortBy, toQuery } from '../filters.js'
import { pagesOf } from '../prepare.js'
import { FeatureRowView, GRID, layoutOf } from './feature-row.js'

/** What stands above the list, until it is measured, and the page's own edge below. */
const ABOVE_PX = 360
const BELOW_PX = 26
const column = createColumnHelper<FeatureRow | null>()
const HEADS: readonly { id: string; label: string; sort?: Sort; number?: boolean }[] = [
  { id: 'select', label: '' },
  { id: 'star', label: '' },
  { id: 'index', label: 'Feature', sort: 'index', number: true },
  { id: 'label', label: 'Label', sort: 'label' },
  { id: 'max', label: 'Max', sort: 'max', number: true },
  { id: 'density', label: 'Density', sort: 'density', number: true },
  { id: 'tokens', label: 'Top tokens' },
  { id: 'example', label: 'Best example' },
]
const COLUMNS = HEADS.map((head) => column.display({ id: head.id, header: head.label, meta: head }))

interface Props {
  extraction: Extraction
  filters: Filters
  total: number | null
  onFilters(filters: Filters): void
  selected: ReadonlySet<number>
  onSelected(selected: ReadonlySet<number>): void
}

export function FeatureTable({ extraction, filters, total, onFilters, selected, onSelected }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const navigate = useNavigate()
  const [active, setActive] = useState(0)
  const [above, setAbove] = useState(ABOVE_PX)
  const annotate = useAnnotate(extraction.id, extraction.saeId)
  const [measured, , width] = useCharacters()
  // The list's own scrollbar takes some of its width.
  const layout = layoutOf(Math.max(0, width - 16))
  const virtual = useVirtualizer({
    count: total ?? 20,
    getScrollElement: () => box.current,
    estimateSize: () => layout.height,
    overscan: 8,
  })
  const visible = virtual.getVirtualItems()
  const query = toQuery(filters)
  const pages = pagesOf(visible[0]?.index ?? 0, visible.at(-1)?.index ?? 0, PAGE_ROWS)
  const results = useFeaturePages(extraction.id, query, pages)
  const rowAt = (index: number): FeatureRow | null =>
    results[pages.indexOf(Math.floor(index / PAGE_ROWS))]?.data?.items[index % PAGE_ROWS] ?? null
  const data = useMemo<(FeatureRow | null)[]>(() => [], [])
  const table = useReactTable({ data, columns: COLUMNS, getCoreRowModel: getCoreRowModel(), manualSorting: true })

  // The list ends where the window does, whatever the width makes of the filters above it.
  useLayoutEffect(() => {
    if (width > 0 && box.current) setAbove(box.current.getBoundingClientRect().top + window.scrollY)
  }, [width])
  useEffect(() => {
    if (layout.height) virtual.measure()
  }, [layout.height, virtual])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list starts at its top
  useEffect(() => {
    setActive(0)
    box.current?.scrollTo({ top: 0 })
  }, [JSON.stringify(query)])

  const open = (row: FeatureRow | null) =>
    row && void navigate(places.feature({ extractionId: extraction.id, index: row.index }))
  const star = (row: FeatureRow | null) =>
    row &&
    annotate.mutate({ index: row.index, change: { starred: !row.starred } }, { onError: (error) => toast.error(error) })
  const select = (row: FeatureRow | null) => {
    if (!row) return
    const next = new Set(selected)
    if (!next.delete(row.index)) next.add(row.index)
    onSelected(next)
  }
  const move = (step: number) => {
    const next = Math.min(Math.max(0, active + step), Math.max(0, (total ?? 0) - 1))
    setActive(next)
    virtual.scrollToIndex(next)
    // The list takes the focus, so that Enter opens the row.
    box.current?.focus({ preventScroll: true })
  }
  useHotkey('j', () => move(1), { label: 'Next feature in the list' })
  useHotkey('k', () => move(-1), { label: 'Previous feature in the list' })
  useHotkey('s', () => star(rowAt(active)), { label: 'Star the feature' })
  useHotkey('x', () => select(rowAt(active)), { label: 'Select the feature' })
  useHotkey('o', () => open(rowAt(active)), { label: 'Open the feature (also Enter in the list)' })
  const failed = results.find((result) => result.error)
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows are placed by the virtual list, which a table element cannot do
    <div
      ref={measured}
      role="table"
      aria-label="Features"
      aria-rowcount={total ?? -1}
      className="overflow-x-auto rounded-lg border border-line bg-card"
    >
      <div className="min-w-160">
        {table.getHeaderGroups().map((group) => (
          // biome-ignore lint/a11y: header row of the virtual table
          <div
            key={group.id}
            role="row"
            className={cx(GRID, layout.grid, 'h-9 border-b border-line pr-7 text-xs text-muted')}
          >
            {HEADS.filter(({ id }) => !layout.stacked || id !== 'example').map((head) => (
              <Head key={head.id} head={head} filters={filters} onSort={(sort) => onFilters(sortBy(filters, sort))} />
            ))}
          </div>
        ))}
        {/* biome-ignore lint/a11y: rows of the virtual table; the list itself takes the keyboard */}
        <div
          ref={box}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the list takes the keyboard
          tabIndex={0}
          role="rowgroup"
          onKeyDown={(event) => event.key === 'Enter' && event.target === event.currentTarget && open(rowAt(active))}
          className="min-h-72 overflow-y-auto focus-visible:-outline-offset-2"
          style={{ height: `calc(100dvh - ${above + BELOW_PX}px)` }}
        >
          <div className="relative" style={{ height: virtual.getTotalSize() }}>
            {visible.map((item) => {
              const row = rowAt(item.index)
              return (
                <div
                  key={item.key}
                  className="absolute inset-x-0"
                  style={{ height: layout.height, transform: `translateY(${item.start}px)` }}
                >
                  {row ? (
                    <FeatureRowView
                      row={row}
                      layout={layout}
                      position={item.index}
                      extractionId={extraction.id}
                      active={item.index === active}
                      selected={selected.has(row.index)}
                      onStar={() => star(row)}
                      onSelect={() => select(row)}
                      onOpen={() => open(row)}
                    />
                  ) : failed ? (
                    <p className="px-4 py-3 text-sm text-tone-red">
                      This part of the list could not be read. Scroll on or try again.
                    </p>
                  ) : (
                    <Skeleton className="mx-3 my-2 h-7" />
                  )}
                </div>
              )
            })}
          </div>
        </div>
      </div>
    </div>
  )
}

function Head({ head, filters, onSort }: { head: (typeof HEADS)[number]; filters: Filters; onSort(sort: Sort): void }) {
  const { sort, label, number, id } = head
  const sorted = sort && filters.sort === sort ? filters.order : null
  const Arrow = sorted === 'asc' ? ArrowUp : ArrowDown
  const name = label || (id === 'star' ? 'Star' : 'Select')
  return (
    // biome-ignore lint/a11y: header cell of the virtual table
    <div
      role="columnheader"
      aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : undefined}
      className={cx(number && 'text-right')}
    >
      {sort ? (
        <button
          type="button"
          onClick={() => onSort(sort)}
          className={cx('inline-flex items-center gap-1 hover:text-heading', sorted && 'text-heading')}
        >
          {name}
          <Arrow className={cx('size-3.5', !sorted && 'opacity-0')} aria-hidden />
        </button>
      ) : (
        <span className={label ? undefined : 'sr-only'}>{name}</span>
      )}
    </div>
  )
}
