// One row of the feature browser, 44 px high: figures, top tokens and the best example on one line around its peak.
import type { FeatureRow } from '@mistudio/contracts'
import Star from 'lucide-react/icons/star'
import { Link } from 'react-router'
import { places } from '../../../places/index.js'
import { aroundPeak, TokenText, tintExample, visibleToken } from '../../../tokens/index.js'
import { cx, formatNumber, formatPercent, formatValue } from '../../../ui/index.js'

export const GRID =
  'grid grid-cols-[20px_28px_72px_minmax(110px,1fr)_72px_84px_164px_minmax(300px,2.4fr)] items-center gap-x-3 px-3'
const [BEFORE, AFTER] = [8, 6]

interface Props {
  row: FeatureRow
  position: number
  extractionId: string
  active: boolean
  selected: boolean
  onStar(): void
  onSelect(): void
  onOpen(): void
}

export function FeatureRowView({ row, position, extractionId, active, selected, onStar, onSelect, onOpen }: Props) {
  return (
    // biome-ignore lint/a11y: row of the virtual table; the link inside is the keyboard's way
    <div
      role="row"
      aria-rowindex={position + 2}
      aria-selected={selected}
      onClick={onOpen}
      className={cx(
        GRID,
        'h-full cursor-pointer border-b border-line text-sm hover:bg-hover/60',
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
        {row.topTokens.slice(0, 3).map((token, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: tokens may repeat and never change place
          <span key={index} className="rounded bg-tile px-1.5 py-0.5 font-mono text-xs whitespace-pre text-heading">
            {visibleToken(token)}
          </span>
        ))}
      </Cell>
      <Cell className="overflow-hidden">
        {row.best ? <BestLine best={row.best} /> : <span className="text-muted">never fired</span>}
      </Cell>
    </div>
  )
}

/** Text before the peak is cut at its left end and text after it at its right end, so that the peaks stand under each other. */
function BestLine({ best }: { best: NonNullable<FeatureRow['best']> }) {
  const tokens = aroundPeak(tintExample(best), BEFORE, AFTER)
  const peak = tokens.findIndex((token) => token.isPeak)
  return (
    <span
      className="grid grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)] items-center leading-6"
      title={best.tokens.map((token) => token.text).join('')}
    >
      <span className="flex justify-end overflow-hidden">
        <TokenText line tokens={tokens.slice(0, Math.max(0, peak))} />
      </span>
      <TokenText line tokens={peak < 0 ? [] : tokens.slice(peak, peak + 1)} className="px-px" />
      <span className="flex overflow-hidden">
        <TokenText line tokens={tokens.slice(peak + 1)} />
      </span>
    </span>
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
