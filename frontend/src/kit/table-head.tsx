// The heads of a table: sort by one, drag or arrow-key its edge to size it.
import ArrowDown from 'lucide-react/icons/arrow-down'
import ArrowUp from 'lucide-react/icons/arrow-up'
import type { CSSProperties, PointerEvent, ReactNode } from 'react'
import { cx, Help } from '../ui/index.js'
import type { Column } from './data-table.js'
import { resized, type TableState, widthOf } from './table-state.js'

interface Props<T> {
  columns: readonly Column<T>[]
  state: TableState
  grid: CSSProperties
  /** Above the boxes that select rows. */
  lead: ReactNode
  /** Where a column that stays is held, in pixels; null: it scrolls. */
  pinnedAt(at: number): number | null
  onSort(column: Column<T>): void
  onState(state: TableState): void
}

export function TableHead<T>({ columns, state, grid, lead, pinnedAt, onSort, onState }: Props<T>) {
  return (
    // biome-ignore lint/a11y: the head row of a grid of boxes
    <div
      role="row"
      aria-rowindex={1}
      className="sticky top-0 z-[2] grid h-10 items-center border-b border-line bg-card"
      style={grid}
    >
      {lead && (
        // biome-ignore lint/a11y: a head of that grid
        <div role="columnheader" className="px-3">
          {lead}
        </div>
      )}
      {columns.map((column, at) => (
        <Head
          key={column.id}
          column={column}
          left={pinnedAt(at)}
          state={state}
          onSort={() => onSort(column)}
          onWidth={(width) => onState(resized(state, column.id, width))}
        />
      ))}
    </div>
  )
}

interface HeadProps<T> {
  column: Column<T>
  left: number | null
  state: TableState
  onSort(): void
  onWidth(width: number): void
}

function Head<T>({ column, left, state, onSort, onWidth }: HeadProps<T>) {
  const { id, label, number, help } = column
  const dir = state.sort?.id === id ? state.sort.dir : null
  const Arrow = dir === 'asc' ? ArrowUp : ArrowDown
  return (
    // biome-ignore lint/a11y: a head of that grid
    <div
      role="columnheader"
      aria-sort={dir === 'asc' ? 'ascending' : dir === 'desc' ? 'descending' : undefined}
      className={cx(
        'relative flex h-full min-w-0 items-center px-3 text-xs font-medium text-muted',
        number && 'justify-end',
        left !== null && 'sticky z-[1] bg-card',
      )}
      {...(left === null ? {} : { style: { left } })}
    >
      <button
        type="button"
        onClick={onSort}
        className={cx('inline-flex min-w-0 items-center gap-1 hover:text-heading', dir && 'text-heading')}
      >
        <span className="truncate">{label}</span>
        <Arrow className={cx('size-3.5 shrink-0', !dir && 'opacity-0')} aria-hidden />
      </button>
      {help && <Help label={label}>{help}</Help>}
      <Edge label={label} width={widthOf(column, state)} onWidth={onWidth} />
    </div>
  )
}

const STEP_PX = 16

function Edge({ label, width, onWidth }: { label: string; width: number; onWidth(width: number): void }) {
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const from = event.clientX
    const edge = event.currentTarget
    edge.setPointerCapture(event.pointerId)
    const move = (to: globalThis.PointerEvent) => onWidth(width + to.clientX - from)
    edge.addEventListener('pointermove', move)
    edge.addEventListener('pointerup', () => edge.removeEventListener('pointermove', move), { once: true })
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved is no ruled line
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${label}`}
      aria-valuenow={width}
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowRight' ? STEP_PX : event.key === 'ArrowLeft' ? -STEP_PX : 0
        if (by === 0) return
        event.preventDefault()
        onWidth(width + by)
      }}
      className="absolute inset-y-1 right-0 w-1.5 cursor-col-resize rounded hover:bg-line-strong focus-visible:bg-line-strong"
    />
  )
}
