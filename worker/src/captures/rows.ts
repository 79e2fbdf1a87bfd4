// Rows of captures.
import { type CaptureSummary, CaptureSummarySchema } from '@mistudio/contracts'
import { type Sql, statement } from '@mistudio/sql'

const ready = statement({
  params: { id: 'uuid' },
  columns: { summary: 'jsonb?' },
  sql: (p, columns) => `SELECT ${columns} FROM capture WHERE id = ${p.id} AND ready_at IS NOT NULL`,
})

/** Summary of a capture that got to its end; null when there is work to do. */
export async function capturedSummary(db: Sql, id: string): Promise<CaptureSummary | null> {
  const row = await ready.first(db, { id })
  return row && CaptureSummarySchema.parse(row.summary)
}

const captured = statement({
  params: { id: 'uuid', summary: 'jsonb' },
  columns: { id: 'uuid' },
  sql: (p, columns) =>
    `UPDATE capture SET summary = ${p.summary}, ready_at = now() WHERE id = ${p.id} RETURNING ${columns}`,
})

/** False when the capture was deleted meanwhile. */
export const storeCapture = async (tx: Sql, id: string, summary: CaptureSummary): Promise<boolean> =>
  (await captured.first(tx, { id, summary })) !== null
