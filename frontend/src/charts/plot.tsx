// The canvas of a line chart: uPlot in React. Follows size and theme; keeps the zoom while points are appended.
import { type Ref, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import { useTheme } from '../ui/theme.js'
import { type PlotInput, plotOptions, type XRange } from './plot-options.js'
import { type Aligned, align, type Series } from './prepare.js'
import { PlotTooltip } from './tooltip.js'
import { useUplot } from './use-uplot.js'

export interface PlotHandle {
  canvas(): HTMLCanvasElement | null
  resetZoom(): void
}

interface PlotProps {
  series: readonly Series[]
  hidden: ReadonlySet<string>
  log: boolean
  xLabel: string
  xFormat(x: number): string
  yLabel: string
  height: number
  /** Charts of one name show the same place under the pointer. */
  sync: string | undefined
  onRange(range: XRange | null): void
  ref?: Ref<PlotHandle>
}

const toData = ({ x, columns }: Aligned): uPlot.AlignedData => [x, ...columns]

export function Plot(props: PlotProps) {
  const { series, hidden, log, xLabel, xFormat, yLabel, height, sync, onRange, ref } = props
  const box = useRef<HTMLDivElement>(null)
  /** Stays over a new look, not over another axis. */
  const zoomed = useRef<{ axis: string; range: XRange | null }>({ axis: xLabel, range: null })
  const theme = useTheme((state) => state.resolved)
  const [cursor, setCursor] = useState<{ index: number; left: number } | null>(null)
  const aligned = useMemo(() => align(series, log), [series, log])
  const latest = useRef({ series, aligned, hidden, onRange, xFormat })
  latest.current = { series, aligned, hidden, onRange, xFormat }
  // A new instance only when the look changes; points are appended to the one that stands.
  const look = series.map((one) => [one.key, one.color, one.label, one.x.length < 40].join()).join('|')

  const plot = useUplot(
    box,
    height,
    (element) => {
      const now = latest.current
      let settled = false
      const input: PlotInput = {
        series: now.series,
        width: element.clientWidth,
        height,
        log,
        xLabel,
        yLabel,
        sync,
        xFormat: (x: number) => latest.current.xFormat(x),
        events: {
          onCursor: (index, left) => setCursor(index === null || left < 0 ? null : { index, left }),
          onRange: (range) => {
            if (!settled) return
            const { axis, range: before } = zoomed.current
            zoomed.current = { axis: xLabel, range }
            if (axis !== xLabel || before?.min !== range?.min || before?.max !== range?.max)
              latest.current.onRange(range)
          },
        },
      }
      const made = new uPlot(
        plotOptions(input, () => latest.current.series),
        toData(now.aligned),
        element,
      )
      settled = true
      const { axis, range } = zoomed.current
      if (range && axis === xLabel) made.setScale('x', { ...range })
      else if (range) {
        zoomed.current = { axis: xLabel, range: null }
        now.onRange(null)
      }
      for (const [index, one] of now.series.entries())
        if (now.hidden.has(one.key)) made.setSeries(index + 1, { show: false })
      return made
    },
    [theme, look, log, xLabel, yLabel, sync],
  )

  useEffect(() => {
    const standing = plot.current
    if (!standing) return
    standing.setData(toData(aligned), !zoomed.current.range)
    if (zoomed.current.range) standing.redraw()
  }, [aligned, plot])

  useEffect(() => {
    for (const [index, one] of latest.current.series.entries())
      plot.current?.setSeries(index + 1, { show: !hidden.has(one.key) })
  }, [hidden, plot])

  useImperativeHandle(ref, () => ({
    canvas: () => box.current?.querySelector('canvas') ?? null,
    resetZoom: () => {
      const data = plot.current?.data
      if (data) plot.current?.setData(data, true)
    },
  }))
  const left = (cursor?.left ?? 0) + (plot.current ? plot.current.bbox.left / (window.devicePixelRatio || 1) : 0)
  return (
    <div className="relative" aria-hidden>
      <div ref={box} style={{ height }} />
      {cursor && (
        <PlotTooltip
          series={series}
          hidden={hidden}
          aligned={aligned}
          index={cursor.index}
          xLabel={xLabel}
          xFormat={xFormat}
          left={left}
          width={box.current?.clientWidth ?? 0}
        />
      )}
    </div>
  )
}
