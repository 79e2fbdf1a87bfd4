// A live line chart over time (uPlot). Draws what it is given; nulls are gaps. Stands still while the tab is hidden.
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import { Card, useTheme } from '../ui/index.js'
import { themeColor } from './plot-options.js'
import { useUplot } from './use-uplot.js'

interface TimeSeries {
  readonly label: string
  /** Name of a theme variable. */
  readonly color: string
}
/** x in seconds, then one column per series; null = gap. */
type TimeColumns = [number[], ...(number | null)[][]]

interface TimeChartProps {
  title: string
  series: readonly TimeSeries[]
  columns: TimeColumns
  /** Axis text of a value. */
  format(value: number): string
  /** Fixed top of the y axis, for shares and totals. */
  max?: number
  /** Axis steps in powers of two. */
  bytes?: true
  /** Seconds shown, ending now. */
  rangeSeconds: number
  /** The newest moment, in seconds. */
  now: number
}

const HEIGHT = 180
const POWERS_OF_TWO = Array.from({ length: 50 }, (_, power) => 2 ** power)

export function TimeChart({ title, series, columns, format, max, bytes, rangeSeconds, now }: TimeChartProps) {
  const host = useRef<HTMLDivElement>(null)
  const theme = useTheme((s) => s.resolved)
  const frame = useRef({ now, rangeSeconds, format, max, columns })
  frame.current = { now, rangeSeconds, format, max, columns }
  const names = series.map((one) => `${one.label}${one.color}`).join()

  const chart = useUplot(
    host,
    HEIGHT,
    (element) => {
      const axis = {
        stroke: themeColor('--chart-axis'),
        grid: { stroke: themeColor('--chart-grid'), width: 1 },
        ticks: { show: false },
        font: '11px system-ui, sans-serif',
      }
      return new uPlot(
        {
          width: element.clientWidth,
          height: HEIGHT,
          cursor: { points: { size: 6 } },
          scales: {
            x: { time: true, range: () => [frame.current.now - frame.current.rangeSeconds, frame.current.now] },
            y: { range: (_, __, top) => [0, frame.current.max ?? Math.max(top * 1.1, 1)] },
          },
          axes: [
            {
              ...axis,
              space: 70,
              size: 30,
              values: (_, ticks) =>
                ticks.map((t) =>
                  new Date(t * 1000).toLocaleTimeString('en-GB', {
                    hour: '2-digit',
                    minute: '2-digit',
                    ...(frame.current.rangeSeconds <= 300 ? { second: '2-digit' } : {}),
                  }),
                ),
            },
            {
              ...axis,
              size: 64,
              space: 36,
              ...(bytes ? { incrs: POWERS_OF_TWO } : {}),
              values: (_, ticks) => ticks.map((tick) => frame.current.format(tick)),
            },
          ],
          series: [
            { value: (_, v) => (v === null ? '–' : new Date(v * 1000).toLocaleTimeString('en-GB')) },
            ...series.map((one, index) => ({
              label: one.label,
              stroke: themeColor(one.color),
              width: 1.75,
              spanGaps: false,
              points: { show: false },
              ...(index > 0 ? { dash: index === 1 ? [6, 3] : [2, 3] } : {}),
              value: (_: uPlot, v: number | null) => (v === null ? '–' : frame.current.format(v)),
            })),
          ],
        },
        frame.current.columns as uPlot.AlignedData,
        element,
      )
    },
    [theme, names],
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: the x range depends on it
  useEffect(() => {
    const plot = chart.current
    if (!plot || document.hidden) return
    plot.setData(columns as uPlot.AlignedData)
    // Without a pointer over it the legend tells the newest values.
    if ((plot.cursor.left ?? -1) < 0) plot.setLegend({ idx: columns[0].length - 1 }, false)
  }, [columns, rangeSeconds, chart])

  return (
    <Card title={title} className="p-4">
      <div ref={host} className="min-w-0" role="img" aria-label={`${title} over time`} />
    </Card>
  )
}
