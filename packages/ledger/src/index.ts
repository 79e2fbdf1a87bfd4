// The ledger: jobs and their events, what may become of them, and who works. Whose transaction it is, is decided by the caller.
export * from './actions.js'
export * from './ask.js'
export * from './outcome.js'
export * from './read.js'
export * from './reconcile.js'
export type { Changed, JobRow } from './rows.js'
export * from './work.js'
export * from './workers.js'
