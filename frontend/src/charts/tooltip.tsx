// The values under the cursor, every shown series; one that was not measured at this x shows its newest value and where that was.
import { DASH, formatValue } from '../ui/format.js'
import { type Aligned, gapWord, lastMeasured, type Series } from './prepare.js'

interface Props {
  series: readonly Series[]
  hidden: ReadonlySet<string>
  /** Columns in the order of `series`, on the axis that `index` counts on. */
  aligned: Aligned
  index: number
  xLabel: string
  xFormat(x: number): string
  left: number
  width: number
}

export function PlotTooltip({ series, hidden, aligned, index, xLabel, xFormat, left, width }: Props) {
  const { x, columns } = aligned
  const here = x[index]
  if (here === undefined) return null
  const right = left > width / 2
  return (
    <div
      className="pointer-events-none absolute top-2 z-10 rounded-md border border-line-strong bg-modal px-2.5 py-1.5 text-xs whitespace-nowrap text-body shadow-lg"
      style={right ? { right: width - left + 12 } : { left: left + 12 }}
    >
      <p className="mb-0.5 text-muted">
        {xLabel} {xFormat(here)}
      </p>
      {series.map((one, order) => {
        if (hidden.has(one.key)) return null
        const column = columns[order] ?? []
        const found = lastMeasured(column, index)
        const value = found < 0 ? null : (column[found] ?? null)
        return (
          <p key={one.key} className="flex items-center gap-2 tabular-nums">
            <span className="h-0.5 w-3" style={{ background: `var(${one.color})` }} />
            {one.label}
            <span className="ml-auto pl-3 font-medium text-heading">
              {value === null ? (
                <span className="text-tone-red">
                  {found < 0 ? DASH : (gapWord(one, x[found] ?? Number.NaN) ?? 'not a number')}
                </span>
              ) : (
                `${formatValue(value)} ${one.unit === 'share' ? '' : (one.unit ?? '')}`
              )}
            </span>
            {found >= 0 && found !== index && <span className="text-muted">at {xFormat(x[found] ?? here)}</span>}
          </p>
        )
      })}
    </div>
  )
}
