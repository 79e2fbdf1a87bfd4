// Rows of steering experiments.
import { type CompletionDetails, type SteeringResult, SteeringResultSchema } from '@mistudio/contracts'
import { type Sql, statement } from '@mistudio/sql'

const byId = statement({
  params: { id: 'uuid' },
  columns: { result: 'jsonb?' },
  sql: (p, columns) => `SELECT ${columns} FROM steering WHERE id = ${p.id}`,
})

/** What an experiment gave, null before it did; undefined when it was deleted. */
export async function experimentResult(db: Sql, id: string): Promise<SteeringResult | null | undefined> {
  const row = await byId.first(db, { id })
  return row ? SteeringResultSchema.nullable().parse(row.result) : undefined
}

const ended = statement({
  params: { id: 'uuid', result: 'jsonb', details: 'jsonb' },
  sql: (p) => `UPDATE steering SET result = ${p.result}, details = ${p.details} WHERE id = ${p.id}`,
})

export const storeResult = (
  tx: Sql,
  id: string,
  result: SteeringResult,
  details: readonly CompletionDetails[],
): Promise<void> => ended.run(tx, { id, result, details })
