// How dense the features are: a small histogram over log10 of density. A bar filters the list to its features, again lets them all back.
import type { DensityHistogram } from '@mistudio/contracts'
import { cx, formatNumber, formatPercent, plural } from '../../../ui/index.js'
import { useDensities } from '../api.js'
import type { Filters } from '../filters.js'

interface Props {
  extractionId: string
  filters: Filters
  onFilters(filters: Filters): void
}

const HEIGHT_PX = 34

export function DensityStrip({ extractionId, filters, onFilters }: Props) {
  const { data } = useDensities(extractionId)
  if (!data || data.counts.length === 0) return <div style={{ height: HEIGHT_PX + 18 }} />
  const most = Math.max(...data.counts)
  return (
    <fieldset className="w-full min-w-0 max-w-md flex-1 basis-48">
      <legend className="sr-only">Features by density; a bar filters the list</legend>
      <div className="flex items-end gap-px" style={{ height: HEIGHT_PX }}>
        {data.counts.map((count, bin) => {
          const [from, to] = [data.edges[bin] ?? 0, data.edges[bin + 1] ?? 1]
          const chosen = filters.minDensity === from && filters.maxDensity === to
          const within = from >= (filters.minDensity ?? 0) * 0.999 && to <= (filters.maxDensity ?? 1) * 1.001
          const text = `${shareText(from)} to ${shareText(to)} of tokens: ${plural(count, 'feature')}`
          return (
            <button
              key={from}
              type="button"
              tabIndex={-1}
              aria-label={text}
              aria-pressed={chosen}
              title={text}
              onClick={() =>
                onFilters({ ...filters, minDensity: chosen ? null : from, maxDensity: chosen ? null : to })
              }
              className="group flex h-full min-w-0 flex-1 items-end"
            >
              <span
                className={cx(
                  'block w-full rounded-t-[2px] group-hover:bg-emerald-400',
                  within ? 'bg-emerald-500' : 'bg-line-strong',
                )}
                style={{ height: count === 0 ? 0 : `max(2px, ${(count / most) * 100}%)` }}
              />
            </button>
          )
        })}
      </div>
      <Axis data={data} />
    </fieldset>
  )
}

const shareText = (share: number): string =>
  formatPercent(share, share >= 0.01 ? 0 : share >= 0.001 ? 1 : share >= 0.0001 ? 2 : 4)

function Axis({ data }: { data: DensityHistogram }) {
  const [first, last] = [data.edges[0] ?? 0, data.edges.at(-1) ?? 1]
  return (
    <p className="flex justify-between border-t border-line pt-0.5 text-xs text-muted tabular-nums">
      <span>{shareText(first)}</span>
      <span>features by density (log){data.dead > 0 && `, ${formatNumber(data.dead)} never fired`}</span>
      <span>{shareText(last)}</span>
    </p>
  )
}
