// Options of the uPlot instance behind a line chart: axes, grid and series in the colours of the theme. No state.
import type uPlot from 'uplot'
import { formatCount, formatValue } from '../ui/format.js'
import type { Series } from './prepare.js'

/** Resolved colour of a theme variable. */
export const themeColor = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const FONT = '12px ui-sans-serif, system-ui, sans-serif'

export interface PlotEvents {
  onCursor(index: number | null, left: number): void
  onZoom(zoomed: boolean): void
}

interface PlotInput {
  series: readonly Series[]
  width: number
  height: number
  log: boolean
  xLabel: string
  yLabel: string
  events: PlotEvents
}

const axis = (label: string, size: number): uPlot.Axis => ({
  label,
  labelSize: 18,
  labelFont: FONT,
  font: FONT,
  size,
  stroke: themeColor('--chart-axis'),
  grid: { stroke: themeColor('--chart-grid'), width: 1 },
  ticks: { stroke: themeColor('--chart-grid'), width: 1, size: 4 },
})

/** Log axes label full decades only when there are several, all ticks otherwise. */
const logLabels = (splits: readonly (number | null)[]): (string | null)[] => {
  const decade = (value: number) => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6
  const several = splits.filter((value) => value !== null && value > 0 && decade(value)).length > 1
  return splits.map((value) => (value === null || (several && !decade(value)) ? null : formatValue(value)))
}

const xWasZoomed = (plot: uPlot): boolean => {
  const [first, last] = [plot.data[0]?.[0], plot.data[0]?.at(-1)]
  const { min, max } = plot.scales['x'] ?? {}
  return first !== undefined && last !== undefined && min != null && max != null && (min > first || max < last)
}

export const plotOptions = ({ series, width, height, log, xLabel, yLabel, events }: PlotInput): uPlot.Options => ({
  width,
  height,
  legend: { show: false },
  cursor: { drag: { x: true, y: false }, points: { size: 6 } },
  scales: { x: { time: false }, y: log ? { distr: 3 } : {} },
  axes: [
    { ...axis(xLabel, 32), values: (_, splits) => splits.map((value) => formatCount(value)) },
    { ...axis(yLabel, 58), values: (_, splits) => (log ? logLabels(splits) : splits.map((value) => formatValue(value))) },
  ],
  series: [
    {},
    ...series.map((one) => ({
      label: one.label,
      stroke: themeColor(one.color),
      width: 1.75,
      ...(one.dash ? { dash: [...one.dash] } : {}),
      points: { show: one.x.length < 40, size: 5 },
    })),
  ],
  hooks: {
    setCursor: [(plot) => events.onCursor(plot.cursor.idx ?? null, plot.cursor.left ?? -1)],
    setScale: [(plot, key) => key === 'x' && events.onZoom(xWasZoomed(plot))],
  },
})
