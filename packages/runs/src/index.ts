// The metric store: every metric of every run, written once. Who may write to a run, and in which transaction, is decided by the caller.
export * from './append.js'
export { foldTail } from './fold.js'
export type { Points } from './points.js'
export * from './read.js'
