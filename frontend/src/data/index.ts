// What the server knows and how it is changed, for every room.
export * from './lists.js'
export { ask, askAll, read, usePage, useRead } from './read.js'
export { type Curve, withDetail } from './run-series.js'
export { send, useDescribe, useRename, useSend } from './send.js'
export {
  type StepRange,
  useRunDetail,
  useRunSeries,
  useRunValues,
  withValues,
} from './use-run-series.js'
