// Charts of every room.
export { saveText } from './export.js'
export * from './histogram.js'
export * from './line-chart.js'
export { DRAW_EVERY_MS, usePaced } from './pace.js'
export { roundTicks, type Series, sampleRows, sparkPath, toBins, toCsv } from './prepare.js'
export * from './sparkline.js'
