// The canvas of a line chart: uPlot in React. Follows size and theme; keeps the zoom while points are appended.
import { type Ref, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import { useTheme } from '../ui/theme.js'
import { plotOptions } from './plot-options.js'
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
  yLabel: string
  height: number
  /** Charts of one name show the same place under the pointer. */
  sync: string | undefined
  onZoom(zoomed: boolean): void
  ref?: Ref<PlotHandle>
}

const toData = ({ x, columns }: Aligned): uPlot.AlignedData => [x, ...columns]

export function Plot({ series, hidden, log, xLabel, yLabel, height, sync, onZoom, ref }: PlotProps) {
  const box = useRef<HTMLDivElement>(null)
  const zoomed = useRef(false)
  const theme = useTheme((state) => state.resolved)
  const [cursor, setCursor] = useState<{ index: number; left: number } | null>(null)
  const aligned = useMemo(() => align(series, log), [series, log])
  const latest = useRef({ series, aligned, hidden, onZoom })
  latest.current = { series, aligned, hidden, onZoom }
  // A new instance only when the look changes; points are appended to the one that stands.
  const look = series.map((one) => [one.key, one.color, one.label, one.x.length < 40].join()).join('|')

  const plot = useUplot(
    box,
    height,
    (element) => {
      const now = latest.current
      const options = plotOptions({
        series: now.series,
        width: element.clientWidth,
        height,
        log,
        xLabel,
        yLabel,
        sync,
        events: {
          onCursor: (index, left) => setCursor(index === null || left < 0 ? null : { index, left }),
          onZoom: (value) => {
            if (value !== zoomed.current) latest.current.onZoom(value)
            zoomed.current = value
          },
        },
      })
      const made = new uPlot(options, toData(now.aligned), element)
      for (const [index, one] of now.series.entries())
        if (now.hidden.has(one.key)) made.setSeries(index + 1, { show: false })
      return made
    },
    [theme, look, log, xLabel, yLabel, sync],
  )

  useEffect(() => {
    const standing = plot.current
    if (!standing) return
    standing.setData(toData(aligned), !zoomed.current)
    if (zoomed.current) standing.redraw()
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
          left={left}
          width={box.current?.clientWidth ?? 0}
        />
      )}
    </div>
  )
}
