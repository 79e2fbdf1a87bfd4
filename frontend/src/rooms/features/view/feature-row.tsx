// One row of the feature browser: figures, top tokens and the best example around its peak. On a wide screen all in one line of 44 px; on a
// narrow one the example has a line of its own, so that it can be read.
import type { FeatureRow } from '@mistudio/contracts'
import Star from 'lucide-react/icons/star'
import { Link } from 'react-router'
import { places } from '../../../places/index.js'
import { PeakLine, tintExample, visibleToken } from '../../../tokens/index.js'
import { cx, formatNumber, formatPercent, formatValue } from '../../../ui/index.js'

/** How rows are laid out for a width, and how many px the example has. */
export interface RowLayout {
  readonly stacked: boolean
  readonly height: number
  readonly grid: string
  readonly exampleWidth: number
}

const FIXED_PX = { line: 20 + 28 + 56 + 180 + 72 + 84 + 150 + 7 * 12 + 24, stacked: 20 + 28 + 2 * 12 + 24 }

export const layoutOf = (width: number): RowLayout =>
  width >= 1180
    ? {
        stacked: false,
        height: 44,
        grid: 'grid-cols-[20px_28px_56px_180px_72px_84px_150px_minmax(0,1fr)]',
        exampleWidth: width - FIXED_PX.line,
      }
    : {
        stacked: true,
        height: 62,
        grid: 'grid-cols-[20px_28px_56px_minmax(0,1fr)_72px_84px_220px]',
        exampleWidth: width - FIXED_PX.stacked,
      }
export const GRID = 'grid items-center gap-x-3 px-3'
const PEAK_CHARACTER_PX = 7.83

interface Props {
  row: FeatureRow
  layout: RowLayout
  position: number
  extractionId: string
  active: boolean
  selected: boolean
  onStar(): void
  onSelect(): void
  onOpen(): void
}

export function FeatureRowView({
  row,
  layout,
  position,
  extractionId,
  active,
  selected,
  onStar,
  onSelect,
  onOpen,
}: Props) {
  return (
    // biome-ignore lint/a11y: row of the virtual table; the link inside is the keyboard's way
    <div
      role="row"
      aria-rowindex={position + 2}
      aria-selected={selected}
      onClick={onOpen}
      className={cx(
        GRID,
        layout.grid,
        layout.stacked && 'content-center',
        'h-full cursor-pointer border-b border-line text-sm hover:bg-hover/60',
        selected && 'bg-emerald-500/8',
        active && 'bg-tile shadow-[inset_3px_0_0_var(--ring)]',
      )}
    >
      <Cell>
        <input
          type="checkbox"
          aria-label={`Select feature ${row.index}`}
          checked={selected}
          onChange={onSelect}
          onClick={(event) => event.stopPropagation()}
          className="size-4 cursor-pointer accent-emerald-600"
        />
      </Cell>
      <Cell>
        <button
          type="button"
          aria-label={row.starred ? `Remove the star of feature ${row.index}` : `Star feature ${row.index}`}
          aria-pressed={row.starred}
          onClick={(event) => {
            event.stopPropagation()
            onStar()
          }}
          className="flex size-7 items-center justify-center rounded hover:bg-hover"
        >
          <Star className={cx('size-4', row.starred ? 'fill-current text-tone-amber' : 'text-muted')} aria-hidden />
        </button>
      </Cell>
      <Cell className="text-right">
        <Link
          to={places.feature({ extractionId, index: row.index })}
          onClick={(event) => event.stopPropagation()}
          className="font-mono text-heading tabular-nums hover:underline"
        >
          {row.index}
        </Link>
      </Cell>
      <Cell className="truncate text-heading" title={row.label ?? undefined}>
        {row.label ?? <span className="text-muted">no label</span>}
      </Cell>
      <Cell className="text-right tabular-nums">{formatValue(row.maxActivation)}</Cell>
      <Cell className="text-right tabular-nums" title={`${formatNumber(row.firings)} tokens`}>
        {formatPercent(row.density, 3)}
      </Cell>
      <Cell className="flex gap-1 overflow-hidden">
        {row.topTokens.slice(0, layout.stacked ? 4 : 3).map((token, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: tokens may repeat and never change place
          <span key={index} className="rounded bg-tile px-1.5 py-0.5 font-mono text-xs whitespace-pre text-heading">
            {visibleToken(token)}
          </span>
        ))}
      </Cell>
      <Cell className={cx('overflow-hidden', layout.stacked && 'col-span-full col-start-3')}>
        {row.best ? (
          <span className="block" title={row.best.tokens.map((token) => token.text).join('')}>
            <PeakLine
              tokens={tintExample(row.best, row.maxActivation)}
              characters={Math.floor(layout.exampleWidth / PEAK_CHARACTER_PX)}
            />
          </span>
        ) : (
          <span className="text-muted">never fired</span>
        )}
      </Cell>
    </div>
  )
}

function Cell({
  className,
  title,
  children,
}: {
  className?: string
  title?: string | undefined
  children: React.ReactNode
}) {
  return (
    // biome-ignore lint/a11y: cell of the virtual table
    <div role="cell" title={title} className={cx('min-w-0', className)}>
      {children}
    </div>
  )
}
