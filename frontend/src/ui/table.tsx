// Table pieces and the pager. A table scrolls sideways inside its own box, the page never does.
import ArrowDown from 'lucide-react/icons/arrow-down'
import ArrowUp from 'lucide-react/icons/arrow-up'
import ChevronLeft from 'lucide-react/icons/chevron-left'
import ChevronRight from 'lucide-react/icons/chevron-right'
import type { ReactNode, TdHTMLAttributes } from 'react'
import { Button } from './button.js'
import { formatNumber } from './format.js'
import { cx } from './tones.js'

export function Table({ label, children, className }: { label: string; children: ReactNode; className?: string }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
      className={cx('max-w-full overflow-x-auto rounded-lg border border-line bg-card', className)}
    >
      <table className="w-full border-collapse text-sm">{children}</table>
    </section>
  )
}

interface ThProps {
  children?: ReactNode
  /** Right-aligned, for numbers. */
  number?: boolean
  /** Direction when this column is sorted by, `none` when it may be. */
  sort?: 'asc' | 'desc' | 'none'
  onSort?(): void
  className?: string
}

export function Th({ children, number, sort, onSort, className }: ThProps) {
  const Arrow = sort === 'asc' ? ArrowUp : ArrowDown
  const state = sort === 'asc' ? 'ascending' : sort === 'desc' ? 'descending' : undefined
  return (
    <th
      scope="col"
      aria-sort={state}
      className={cx(
        'h-10 border-b border-line px-3 text-xs font-medium whitespace-nowrap text-muted',
        number ? 'text-right' : 'text-left',
        className,
      )}
    >
      {onSort ? (
        <button
          type="button"
          onClick={onSort}
          className={cx('inline-flex items-center gap-1 hover:text-heading', state && 'text-heading')}
        >
          {children}
          <Arrow className={cx('size-3.5', !state && 'opacity-0')} aria-hidden />
        </button>
      ) : (
        children
      )}
    </th>
  )
}

interface TdProps extends TdHTMLAttributes<HTMLTableCellElement> {
  number?: boolean
}
export function Td({ number, className, ...rest }: TdProps) {
  return (
    <td
      {...rest}
      className={cx(
        'px-3 py-2 align-middle text-body',
        number && 'whitespace-nowrap text-right tabular-nums',
        className,
      )}
    />
  )
}

/** A row that reacts to the pointer when it leads somewhere. It needs a link of its own for the keyboard; the click only widens that. */
export function Tr({ children, onClick, className }: { children: ReactNode; onClick?(): void; className?: string }) {
  return (
    <tr
      onClick={onClick}
      className={cx('border-b border-line last:border-0', onClick && 'cursor-pointer hover:bg-hover/60', className)}
    >
      {children}
    </tr>
  )
}

interface PagerProps {
  total: number
  offset: number
  limit: number
  onOffset(offset: number): void
  /** Plural of what is listed. */
  noun: string
}

export function Pager({ total, offset, limit, onOffset, noun }: PagerProps) {
  const last = Math.min(offset + limit, total)
  return (
    <nav
      aria-label={`Pages of ${noun}`}
      className="flex flex-wrap items-center justify-between gap-3 text-sm text-muted"
    >
      <span className="tabular-nums">
        {total === 0
          ? `No ${noun}`
          : `${formatNumber(offset + 1)}–${formatNumber(last)} of ${formatNumber(total)} ${noun}`}
      </span>
      {total > limit && (
        <span className="flex gap-2">
          <Button
            size="sm"
            icon={ChevronLeft}
            disabledReason={offset === 0 ? 'This is the first page.' : null}
            onClick={() => onOffset(Math.max(0, offset - limit))}
          >
            Previous
          </Button>
          <Button
            size="sm"
            icon={ChevronRight}
            disabledReason={last >= total ? 'This is the last page.' : null}
            onClick={() => onOffset(offset + limit)}
          >
            Next
          </Button>
        </span>
      )}
    </nav>
  )
}
