// Charts of every room.
export { saveText } from './export.js'
export * from './histogram.js'
export * from './line-chart.js'

export { roundTicks } from './prepare.js'
export { TimeChart } from './time-chart.js'
