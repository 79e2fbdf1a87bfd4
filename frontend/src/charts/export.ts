// Saving a chart: CSV of its points, PNG of its canvas on the theme's background with title and legend.
import { themeColor } from './plot-options.js'
import type { Series } from './prepare.js'

const save = (blob: Blob, name: string): void => {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}

/** A title as a file name: `Loss (log)` → `loss-log.csv`. */
const fileName = (title: string, ending: string): string =>
  `${title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}.${ending}`

/** Saves text as a file. */
export const saveText = (name: string, type: string, text: string): void => save(new Blob([text], { type }), name)

export const saveCsv = (title: string, csv: string): void =>
  save(new Blob([csv], { type: 'text/csv' }), fileName(title, 'csv'))

export const savePng = (title: string, plot: HTMLCanvasElement, series: readonly Series[]): void => {
  const ratio = window.devicePixelRatio || 1
  const head = Math.round(48 * ratio)
  const canvas = document.createElement('canvas')
  canvas.width = plot.width
  canvas.height = plot.height + head
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('This browser does not allow drawing on a canvas, so the chart cannot be saved as PNG.')
  pen.fillStyle = themeColor('--card')
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.fillStyle = themeColor('--heading')
  pen.font = `600 ${14 * ratio}px sans-serif`
  pen.fillText(title, 12 * ratio, 20 * ratio)
  pen.font = `${12 * ratio}px sans-serif`
  let left = 12 * ratio
  for (const one of series) {
    pen.fillStyle = themeColor(one.color)
    pen.fillRect(left, 31 * ratio, 12 * ratio, 4 * ratio)
    pen.fillStyle = themeColor('--body')
    pen.fillText(one.label, left + 18 * ratio, 38 * ratio)
    left += pen.measureText(one.label).width + 40 * ratio
  }
  pen.drawImage(plot, 0, head)
  canvas.toBlob((blob) => blob && save(blob, fileName(title, 'png')))
}
