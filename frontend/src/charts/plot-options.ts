// Options of the uPlot instance behind a line chart: axes, grid and series in the colours of the theme. No state.
import uPlot from 'uplot'
import { formatValue } from '../ui/format.js'
import { type Series, withSpread } from './prepare.js'

/** Resolved colour of a theme variable. */
export const themeColor = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const FONT = '12px ui-sans-serif, system-ui, sans-serif'

interface PlotEvents {
  onCursor(index: number | null, left: number): void
  /** The shown part of the x axis; null: all of it. */
  onRange(range: XRange | null): void
}

/** Ends of what the x axis shows. */
export interface XRange {
  readonly min: number
  readonly max: number
}

export interface PlotInput {
  series: readonly Series[]
  width: number
  height: number
  log: boolean
  xLabel: string
  xFormat(x: number): string
  yLabel: string
  sync: string | undefined
  events: PlotEvents
}

const axis = (label: string, size: number, filter?: uPlot.Axis.Filter): uPlot.Axis => ({
  label,
  labelSize: 18,
  labelFont: FONT,
  font: FONT,
  size,
  stroke: themeColor('--chart-axis'),
  grid: { stroke: themeColor('--chart-grid'), width: 1, ...(filter ? { filter } : {}) },
  ticks: { stroke: themeColor('--chart-grid'), width: 1, size: 4, ...(filter ? { filter } : {}) },
  ...(filter ? { filter } : {}),
})

const isDecade = (value: number): boolean => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6

/** On a log axis only full decades get a line and a label when there are several of them; otherwise all ticks do. */
const logTicks = (splits: readonly number[]): (number | null)[] => {
  const several = splits.filter((value) => value > 0 && isDecade(value)).length > 1
  return splits.map((value) => (several && !isDecade(value) ? null : value))
}

/** uPlot's own range of a linear axis, of values that differ visibly. */
const yRange = (_: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax => {
  if (min === null || max === null) return [null, null]
  const [low, high] = withSpread(min, max)
  return uPlot.rangeNum(low, high, 0.1, true)
}

const shownRange = (plot: uPlot): XRange | null => {
  const [first, last] = [plot.data[0]?.[0], plot.data[0]?.at(-1)]
  const { min, max } = plot.scales['x'] ?? {}
  if (first === undefined || last === undefined || min == null || max == null) return null
  return min > first || max < last ? { min, max } : null
}

const MARK = 4

/** A small cross on the axis wherever a value is not a finite number. */
const drawBad = (plot: uPlot, series: readonly Series[]): void => {
  const { ctx, bbox } = plot
  const size = MARK * (window.devicePixelRatio || 1)
  const y = bbox.top + bbox.height - size - 1
  ctx.save()
  ctx.strokeStyle = themeColor('--tone-red')
  ctx.lineWidth = 1.5 * (window.devicePixelRatio || 1)
  ctx.beginPath()
  for (const [index, { bad = [] }] of series.entries()) {
    if (plot.series[index + 1]?.show === false) continue
    for (const { x } of bad) {
      const at = plot.valToPos(x, 'x', true)
      if (at < bbox.left || at > bbox.left + bbox.width) continue
      ctx.moveTo(at - size, y - size)
      ctx.lineTo(at + size, y + size)
      ctx.moveTo(at - size, y + size)
      ctx.lineTo(at + size, y - size)
    }
  }
  ctx.stroke()
  ctx.restore()
}

export const plotOptions = (
  { series, width, height, log, xLabel, xFormat, yLabel, sync, events }: PlotInput,
  latest: () => readonly Series[],
): uPlot.Options => ({
  width,
  height,
  legend: { show: false },
  cursor: {
    drag: { x: true, y: false },
    points: { size: 6 },
    ...(sync ? { sync: { key: sync, setSeries: false, scales: ['x', null] } } : {}),
  },
  scales: { x: { time: false }, y: log ? { distr: 3 } : { range: yRange } },
  axes: [
    { ...axis(xLabel, 32), values: (_, splits) => splits.map((value) => xFormat(value)) },
    {
      ...axis(yLabel, 58, log ? (_, splits) => logTicks(splits) : undefined),
      values: (_, splits: (number | null)[]) => splits.map((value) => (value === null ? null : formatValue(value))),
    },
  ],
  series: [
    {},
    ...series.map((one) => ({
      label: one.label,
      stroke: themeColor(one.color),
      width: 1.75,
      ...(one.dash ? { dash: [...one.dash] } : {}),
      points: { show: one.x.length < 40, size: one.mark ?? 5, ...(one.mark ? { fill: themeColor(one.color) } : {}) },
    })),
  ],
  hooks: {
    setCursor: [(plot) => events.onCursor(plot.cursor.idx ?? null, plot.cursor.left ?? -1)],
    setScale: [(plot, key) => key === 'x' && events.onRange(shownRange(plot))],
    draw: [(plot) => drawBad(plot, latest())],
  },
})
