// Charts of every room.
export { saveText } from './export.js'
export * from './histogram.js'
export { Legend } from './legend.js'
export * from './line-chart.js'

export type { XRange } from './plot-options.js'
export { roundTicks } from './prepare.js'
export { TimeChart } from './time-chart.js'
