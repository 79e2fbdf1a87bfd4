// Counts over ranges as bars (Recharts). Bars start at zero, on a logarithmic axis too (log of one more than the count), so that an empty bin
// is empty and a bin of one is seen.
import {
  Bar,
  BarChart,
  CartesianGrid,
  ResponsiveContainer,
  Tooltip,
  type TooltipContentProps,
  XAxis,
  YAxis,
} from 'recharts'
import { formatCount, formatNumber, formatValue } from '../ui/format.js'
import { type Bin, countAxis, roundTicks, toBins } from './prepare.js'

interface HistogramProps {
  edges: readonly number[]
  counts: readonly number[]
  xLabel: string
  yLabel: string
  height?: number
  color?: string
  /** Counts on a logarithmic axis. */
  log?: boolean
}

/** Marks of the axis, about. */
const TICKS = 6

const AXIS = { fontSize: 12, fill: 'var(--chart-axis)' }

const isBin = (value: unknown): value is Bin => typeof value === 'object' && value !== null && 'from' in value

function BinTooltip({ active, payload }: Pick<TooltipContentProps, 'active' | 'payload'>) {
  const bin: unknown = payload?.[0]?.payload
  if (!active || !isBin(bin)) return null
  return (
    <div className="rounded-md border border-line-strong bg-modal px-2.5 py-1.5 text-xs text-heading shadow-lg">
      {formatValue(bin.from)} to {formatValue(bin.to)}: {formatNumber(bin.count)}
    </div>
  )
}

export function Histogram({
  edges,
  counts,
  xLabel,
  yLabel,
  height = 180,
  color = '--series-emerald',
  log = false,
}: HistogramProps) {
  const bins = toBins({ edges, counts })
  const total = bins.reduce((sum, bin) => sum + bin.count, 0)
  if (total === 0) return <p className="py-8 text-center text-sm text-muted">Nothing was counted.</p>
  const [from, to] = [bins[0]?.from ?? 0, bins.at(-1)?.to ?? 1]
  const axis = countAxis(Math.max(...bins.map(({ count }) => count)), log)
  return (
    <div
      role="img"
      aria-label={`${yLabel} over ${xLabel}: ${formatNumber(total)} from ${formatValue(from)} to ${formatValue(to)}`}
    >
      <ResponsiveContainer width="100%" height={height}>
        <BarChart
          data={bins}
          margin={{ top: 4, right: 8, bottom: 18, left: 8 }}
          barCategoryGap={1}
          accessibilityLayer={false}
        >
          <CartesianGrid stroke="var(--chart-grid)" vertical={false} />
          <XAxis
            dataKey={(bin: Bin) => (bin.from + bin.to) / 2}
            type="number"
            domain={[from, to]}
            ticks={roundTicks(from, to, TICKS)}
            tickFormatter={(value: number) => formatValue(value)}
            tick={AXIS}
            stroke="var(--chart-axis)"
            interval={0}
            allowDataOverflow
            label={{ value: xLabel, position: 'insideBottom', offset: -12, ...AXIS }}
          />
          <YAxis
            tickFormatter={(value: number) => formatCount(axis.count(value))}
            tick={AXIS}
            stroke="var(--chart-axis)"
            width={56}
            domain={[0, axis.top]}
            ticks={axis.ticks}
            interval={0}
            label={{ value: yLabel, angle: -90, position: 'insideLeft', style: { textAnchor: 'middle' }, ...AXIS }}
          />
          <Tooltip content={BinTooltip} cursor={{ fill: 'var(--hover)', opacity: 0.5 }} />
          <Bar dataKey={(bin: Bin) => axis.height(bin.count)} fill={`var(${color})`} isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
    </div>
  )
}
