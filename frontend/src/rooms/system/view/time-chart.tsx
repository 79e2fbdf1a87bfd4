// A live line chart over time (uPlot). Draws what it is given; nulls are gaps. Stands still while the tab is hidden.
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { Card, useTheme } from '../../../ui/index.js'
import type { Columns, Series } from '../prepare.js'

interface TimeChartProps {
  title: string
  series: readonly Series[]
  columns: Columns
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

const cssColor = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const POWERS_OF_TWO = Array.from({ length: 50 }, (_, power) => 2 ** power)

export function TimeChart({ title, series, columns, format, max, bytes, rangeSeconds, now }: TimeChartProps) {
  const host = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const theme = useTheme((s) => s.resolved)
  const frame = useRef({ now, rangeSeconds, format, max, columns })
  frame.current = { now, rangeSeconds, format, max, columns }
  const names = series.map((one) => `${one.label}${one.color}`).join()

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new theme or new series need a new chart; data comes below
  useEffect(() => {
    const element = host.current
    if (!element) return
    const axis = {
      stroke: cssColor('--chart-axis'),
      grid: { stroke: cssColor('--chart-grid'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui, sans-serif',
    }
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: 180,
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
            stroke: cssColor(one.color),
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
    chart.current = plot
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: 180 }))
    resize.observe(element)
    return () => {
      resize.disconnect()
      plot.destroy()
      chart.current = null
    }
  }, [theme, names])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the x range depends on it
  useEffect(() => {
    const plot = chart.current
    if (!plot || document.hidden) return
    plot.setData(columns as uPlot.AlignedData)
    // Without a pointer over it the legend tells the newest values.
    if ((plot.cursor.left ?? -1) < 0) plot.setLegend({ idx: columns[0].length - 1 }, false)
  }, [columns, rangeSeconds])

  return (
    <Card title={title} className="p-4">
      <div ref={host} className="min-w-0" role="img" aria-label={`${title} over time`} />
    </Card>
  )
}
