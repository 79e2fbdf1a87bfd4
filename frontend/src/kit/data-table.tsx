// The table of the product: columns chosen, ordered, sized and pinned, views under a name, rows by the thousand, files. Rows are walked
// through with the arrow keys; Enter opens, Space selects.
import { csvText } from '@mistudio/contracts'
import { useVirtualizer } from '@tanstack/react-virtual'
import Columns3 from 'lucide-react/icons/columns-3'
import Download from 'lucide-react/icons/download'
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { saveText } from '../charts/index.js'
import { Button, Checkbox, cx } from '../ui/index.js'
import { TableColumns } from './table-columns.js'
import { TableHead } from './table-head.js'
import {
  type ColumnFacts,
  cells,
  records,
  sortedBy,
  sortedRows,
  startState,
  visibleColumns,
  widthOf,
} from './table-state.js'
import { useTableViews } from './table-views.js'

export interface Column<T> extends ColumnFacts<T> {
  /** What stands in the cell; the value itself otherwise. */
  cell?(row: T): ReactNode
  /** What the column means. */
  readonly help?: string
}

interface DataTableProps<T> {
  /** Names the table: its columns and views are kept under it. */
  name: string
  label: string
  rows: readonly T[]
  keyOf(row: T): string
  /** How a row is called, for those who do not see it. */
  nameOf(row: T): string
  columns: readonly Column<T>[]
  onOpen?(row: T): void
  selected?: ReadonlySet<string>
  onSelected?(selected: ReadonlySet<string>): void
  rowHeight?: number
  /** Most height of the rows, in pixels. */
  height?: number
}

const SELECT_PX = 40

export function DataTable<T>(props: DataTableProps<T>) {
  const {
    name,
    label,
    rows,
    keyOf,
    nameOf,
    columns,
    onOpen,
    selected,
    onSelected,
    rowHeight = 44,
    height = 560,
  } = props
  const views = useTableViews(name, startState(columns))
  const { state } = views
  const [choosing, setChoosing] = useState(false)
  const [active, setActive] = useState(0)
  const box = useRef<HTMLDivElement>(null)
  const visible = visibleColumns(columns, state)
  const sorted = sortedRows(rows, columns, state)
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 6,
  })
  const selectable = selected && onSelected ? { selected, onSelected } : null
  const lead = selectable ? SELECT_PX : 0
  const widths = visible.map((column) => widthOf(column, state))
  const grid = {
    gridTemplateColumns: [...(lead ? [`${lead}px`] : []), ...widths.map((width) => `${width}px`)].join(' '),
  }
  const pinnedAt = (at: number): number | null =>
    at < state.pinned ? lead + widths.slice(0, at).reduce((sum, width) => sum + width, 0) : null

  const toggle = (row: T) => {
    if (!selectable) return
    const next = new Set(selectable.selected)
    if (!next.delete(keyOf(row))) next.add(keyOf(row))
    selectable.onSelected(next)
  }
  const focusRow = (to: number) => {
    const at = Math.max(0, Math.min(sorted.length - 1, to))
    setActive(at)
    virtual.scrollToIndex(at)
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-row="${at}"]`)?.focus())
  }
  const onKeyDown = (event: KeyboardEvent, at: number, row: T) => {
    if (event.target !== event.currentTarget) return
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? height) / rowHeight) - 1)
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: sorted.length - 1,
      PageDown: at + page,
      PageUp: at - page,
    }[event.key]
    if (to === undefined && event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    if (to !== undefined) focusRow(to)
    else if (event.key === 'Enter') onOpen?.(row)
    else toggle(row)
  }
  return (
    <section aria-label={label} className="min-w-0">
      <div className="mb-2 flex flex-wrap items-center justify-end gap-2">
        <Button size="sm" icon={Columns3} onClick={() => setChoosing(true)}>
          Columns
        </Button>
        <Button
          size="sm"
          icon={Download}
          onClick={() => saveText(`${name}.csv`, 'text/csv', csvText(cells(sorted, visible)))}
        >
          CSV
        </Button>
        <Button
          size="sm"
          icon={Download}
          onClick={() =>
            saveText(`${name}.json`, 'application/json', JSON.stringify(records(sorted, visible), null, 2))
          }
        >
          JSON
        </Button>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a grid of boxes, so that rows out of sight need not exist */}
      <div
        ref={box}
        role="table"
        aria-label={label}
        aria-rowcount={sorted.length + 1}
        className="overflow-auto rounded-lg border border-line bg-card text-sm"
        style={{ maxHeight: height }}
      >
        <div className="min-w-fit">
          <TableHead
            columns={visible}
            state={state}
            grid={grid}
            lead={
              selectable && (
                <Checkbox
                  checked={sorted.length > 0 && sorted.every((row) => selectable.selected.has(keyOf(row)))}
                  onChange={(all) => selectable.onSelected(new Set(all ? sorted.map(keyOf) : []))}
                  label={<span className="sr-only">Select all rows</span>}
                />
              )
            }
            pinnedAt={pinnedAt}
            onSort={(column) => views.change(sortedBy(state, column))}
            onState={views.change}
          />
          {/* biome-ignore lint/a11y/useSemanticElements: as above */}
          <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, start }) => {
              const row = sorted[index]
              if (row === undefined) return null
              const key = keyOf(row)
              return (
                // biome-ignore lint/a11y: the rows of the grid above; keys are handled on the row
                <div
                  key={key}
                  role="row"
                  data-row={index}
                  aria-rowindex={index + 2}
                  aria-selected={selectable ? selectable.selected.has(key) : undefined}
                  tabIndex={index === Math.min(active, sorted.length - 1) ? 0 : -1}
                  onFocus={() => setActive(index)}
                  onKeyDown={(event) => onKeyDown(event, index, row)}
                  className="group absolute inset-x-0 grid items-center border-b border-line hover:bg-hover/60 focus-visible:-outline-offset-2"
                  style={{ ...grid, height: rowHeight, transform: `translateY(${start}px)` }}
                >
                  {selectable && (
                    // biome-ignore lint/a11y/useSemanticElements: as above
                    <div role="cell" className="px-3">
                      <Checkbox
                        checked={selectable.selected.has(key)}
                        onChange={() => toggle(row)}
                        label={<span className="sr-only">Select {nameOf(row)}</span>}
                      />
                    </div>
                  )}
                  {visible.map((column, at) => {
                    const left = pinnedAt(at)
                    return (
                      // biome-ignore lint/a11y/useSemanticElements: as above
                      <div
                        key={column.id}
                        role="cell"
                        className={cx(
                          'min-w-0 overflow-hidden px-3 text-body',
                          column.number && 'text-right tabular-nums',
                          left !== null && 'sticky z-[1] flex h-full items-center bg-card',
                          left !== null && column.number && 'justify-end',
                        )}
                        {...(left === null ? {} : { style: { left } })}
                      >
                        {column.cell ? column.cell(row) : <span className="block truncate">{column.value(row)}</span>}
                      </div>
                    )
                  })}
                </div>
              )
            })}
          </div>
        </div>
      </div>
      {choosing && <TableColumns columns={columns} views={views} onClose={() => setChoosing(false)} />}
    </section>
  )
}
