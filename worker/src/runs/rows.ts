// Which runs have values that are not packed yet. Everything else of runs is in `packages/runs`.
import { type Sql, statement } from '@mistudio/sql'

const unpacked = statement({
  params: {},
  columns: { id: 'uuid' },
  sql: (_, columns) => `SELECT ${columns} FROM run WHERE tail_values > 0 ORDER BY created_at`,
})

export const unpackedRuns = async (db: Sql): Promise<string[]> => (await unpacked.all(db, {})).map(({ id }) => id)
