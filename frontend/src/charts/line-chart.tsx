// A line chart with all its tools: legend that hides series, log switch, zoom by drag with reset, PNG, CSV, and the same data as a table.
import Download from 'lucide-react/icons/download'
import Image from 'lucide-react/icons/image'
import ZoomOut from 'lucide-react/icons/zoom-out'
import { useMemo, useRef, useState } from 'react'
import { Button, cx, Help, IconButton } from '../ui/index.js'
import { ChartTable } from './chart-table.js'
import { saveCsv, savePng } from './export.js'
import { useAway, usePaced } from './pace.js'
import { Plot, type PlotHandle } from './plot.js'
import { type Series, smoothed, toCsv } from './prepare.js'

export interface LineChartProps {
  title: string
  /** Definitions of what is drawn. */
  help?: React.ReactNode
  series: readonly Series[]
  xLabel?: string
  /** Unit of the y axis. */
  unit: string
  /** Offer the log switch; `initial` draws it so at first. */
  log?: 'off' | 'offer' | 'initial'
  height?: number
  /** Charts of one name show the same place under the pointer. */
  sync?: string
  /** 0: as measured. Towards 1: the running mean of more and more values before; files and tables keep what was measured. */
  smoothing?: number
  /** Shown instead of the axes while nothing was measured. */
  emptyText?: string
}

export function LineChart(props: LineChartProps) {
  const { title, help, xLabel = 'step', unit, log = 'off', height = 200, emptyText = 'No values yet.' } = props
  const { sync, smoothing = 0 } = props
  const figure = useRef<HTMLElement>(null)
  const series = usePaced(props.series, useAway(figure))
  const [isLog, setLog] = useState(log === 'initial')
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const [zoomed, setZoomed] = useState(false)
  const plot = useRef<PlotHandle>(null)
  const drawn = useMemo(() => series.map((one) => smoothed(one, smoothing)), [series, smoothing])
  const empty = series.every((one) => one.x.length === 0)
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
                onClick={() => saveCsv(title, toCsv(xLabel, series))}
                className="size-8"
              />
            </>
          )}
        </span>
      </figcaption>
      {empty ? (
        <p className="flex items-center justify-center text-sm text-muted" style={{ height }}>
          {emptyText}
        </p>
      ) : (
        <Plot
          ref={plot}
          series={drawn}
          sync={sync}
          hidden={hidden}
          log={isLog}
          xLabel={xLabel}
          yLabel={unit}
          height={height}
          onZoom={setZoomed}
        />
      )}
      {series.length > 1 && <Legend series={series} hidden={hidden} onToggle={toggle} />}
      {!empty && <ChartTable title={title} xLabel={xLabel} series={series} />}
    </figure>
  )
}

interface LegendProps {
  series: readonly Series[]
  hidden: ReadonlySet<string>
  onToggle(key: string): void
}

function Legend({ series, hidden, onToggle }: LegendProps) {
  return (
    <div className="mt-1 flex flex-wrap gap-x-3 gap-y-1">
      {series.map((one) => (
        <button
          key={one.key}
          type="button"
          aria-pressed={!hidden.has(one.key)}
          title={hidden.has(one.key) ? `Show ${one.label}` : `Hide ${one.label}`}
          onClick={() => onToggle(one.key)}
          className={cx(
            'inline-flex items-center gap-1.5 rounded px-1 text-xs',
            hidden.has(one.key) ? 'text-muted line-through' : 'text-body',
          )}
        >
          <svg width="16" height="6" aria-hidden>
            <line
              x1="0"
              x2="16"
              y1="3"
              y2="3"
              stroke={`var(${one.color})`}
              strokeWidth="2"
              strokeDasharray={one.dash?.join(' ')}
            />
          </svg>
          {one.label}
        </button>
      ))}
    </div>
  )
}
