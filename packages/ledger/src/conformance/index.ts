// What the ledger must do on any connection to PostgreSQL; both processes run it on theirs. With any runner:
// `for (const { name, run } of ledgerChecks(connection)) it(name, run)`. The database must be migrated, and jobs in it are this suite's.
import type { Check, Connection } from './connection.js'
import { fenceChecks } from './fences.js'
import { readingChecks } from './reading.js'
import { stateChecks } from './states.js'

export type { Check, Connection } from './connection.js'

export const ledgerChecks = (connection: () => Connection): Check[] => [
  ...stateChecks(connection),
  ...fenceChecks(connection),
  ...readingChecks(connection),
]
