// A line chart with all its tools: legend that hides series, log switch, zoom by drag with reset, PNG, CSV, and the same data as a table.
import Download from 'lucide-react/icons/download'
import Image from 'lucide-react/icons/image'
import ZoomOut from 'lucide-react/icons/zoom-out'
import { useEffect, useMemo, useRef, useState } from 'react'
import { formatCount } from '../ui/format.js'
import { Button, cx, Help, IconButton, useSettled } from '../ui/index.js'
import { ChartTable } from './chart-table.js'
import { saveCsv, savePng } from './export.js'
import { Legend } from './legend.js'
import { useAway, useDrawn, usePaced } from './pace.js'
import { Plot, type PlotHandle } from './plot.js'
import type { XRange } from './plot-options.js'
import { type Series, smoothed, toCsv } from './prepare.js'

const NOT_YET: readonly Series[] = []
/** A zoom is told once it stands still for so long. */
const ASK_AFTER_MS = 250

export interface LineChartProps {
  title: string
  /** Definitions of what is drawn. */
  help?: React.ReactNode
  /** Series, or how they are made, when and as often as they are drawn; a new function means that they changed. */
  series: readonly Series[] | (() => readonly Series[])
  xLabel?: string
  /** Text of a place on the x axis. */
  xFormat?(x: number): string
  /** Told what is zoomed to, a moment after it; null: everything again. Finer values may then be given. */
  onRange?(range: XRange | null): void
  /** Series that are not drawn, where several charts share one legend; else the chart's own legend says it. */
  hidden?: ReadonlySet<string>
  /** Unit of the y axis. */
  unit: string
  /** Offer the log switch; `initial` draws it so at first. */
  log?: 'off' | 'offer' | 'initial'
  height?: number
  /** Charts of one name show the same place under the pointer. */
  sync?: string
  /** 0: as measured. Towards 1: the running mean of more and more values before; files and tables keep what was measured. */
  smoothing?: number
  /** Beside the tools of the chart. */
  actions?: React.ReactNode
  /** Shown instead of the axes while nothing was measured. */
  emptyText?: string
}

export function LineChart(props: LineChartProps) {
  const { title, help, xLabel = 'step', unit, log = 'off', height = 200, emptyText = 'No values yet.' } = props
  const { sync, smoothing = 0, xFormat = formatCount } = props
  const figure = useRef<HTMLElement>(null)
  const away = useAway(figure)
  const isDrawn = useDrawn(away)
  // Out of sight a chart keeps what it shows, but it does not stay empty.
  const filled = useRef(false)
  const given = usePaced(props.series, away && filled.current)
  const series = useMemo(() => (typeof given !== 'function' ? given : isDrawn ? given() : NOT_YET), [given, isDrawn])
  const [isLog, setLog] = useState(log === 'initial')
  const [own, setHidden] = useState<ReadonlySet<string>>(new Set())
  const hidden = props.hidden ?? own
  const [zoomed, setZoomed] = useState<XRange | null>(null)
  const settled = useSettled(zoomed, ASK_AFTER_MS)
  const told = useRef(props.onRange)
  told.current = props.onRange
  useEffect(() => told.current?.(settled), [settled])
  const plot = useRef<PlotHandle>(null)
  const drawn = useMemo(() => series.map((one) => smoothed(one, smoothing)), [series, smoothing])
  const empty = isDrawn && series.every((one) => one.x.length === 0)
  filled.current = isDrawn && !empty
  const toggle = (key: string) =>
    setHidden((before) => new Set(before.has(key) ? [...before].filter((other) => other !== key) : [...before, key]))
  const png = () => {
    const canvas = plot.current?.canvas()
    if (canvas)
      savePng(
        title,
        canvas,
        drawn.filter((one) => !hidden.has(one.key)),
      )
  }
  return (
    <figure ref={figure} className="h-full min-w-0 rounded-lg border border-line bg-card p-4" aria-label={title}>
      <figcaption className="mb-2 flex min-h-8 flex-wrap items-center gap-x-1">
        <h3 className="text-sm font-medium text-heading">{title}</h3>
        {help && <Help label={title}>{help}</Help>}
        <span className="ml-auto flex items-center">
          {zoomed && (
            <IconButton
              icon={ZoomOut}
              label="Show everything again"
              onClick={() => plot.current?.resetZoom()}
              className="size-8"
            />
          )}
          {log !== 'off' && (
            <Button
              size="sm"
              kind="ghost"
              aria-pressed={isLog}
              onClick={() => setLog(!isLog)}
              className={cx(isLog && 'text-tone-emerald')}
            >
              log
            </Button>
          )}
          {!empty && (
            <>
              <IconButton icon={Image} label="Save as PNG" onClick={png} className="size-8" />
              <IconButton
                icon={Download}
                label="Save as CSV"
                onClick={() =>
                  saveCsv(title, toCsv(xLabel, typeof props.series === 'function' ? props.series() : props.series))
                }
                className="size-8"
              />
            </>
          )}
          {props.actions}
        </span>
      </figcaption>
      {empty ? (
        <p className="flex items-center justify-center text-sm text-muted" style={{ height }}>
          {emptyText}
        </p>
      ) : !isDrawn ? (
        <div style={{ height }} />
      ) : (
        <Plot
          ref={plot}
          series={drawn}
          sync={sync}
          hidden={hidden}
          log={isLog}
          xLabel={xLabel}
          yLabel={unit}
          xFormat={xFormat}
          height={height}
          onRange={setZoomed}
        />
      )}
      {series.length > 1 && !props.hidden && <Legend series={series} hidden={hidden} onToggle={toggle} />}
      {!empty && <ChartTable title={title} xLabel={xLabel} series={series} />}
    </figure>
  )
}
