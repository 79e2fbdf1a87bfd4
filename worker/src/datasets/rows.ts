// Rows of datasets and tokenizations.
import { type DatasetStats, DatasetStatsSchema, TokenizationStatsSchema } from '@mistudio/contracts'
import { outcome } from '@mistudio/ledger'
import { type Sql, statement } from '@mistudio/sql'

const readyDataset = statement({
  params: { id: 'uuid' },
  columns: { stats: 'jsonb?' },
  sql: (p, columns) => `SELECT ${columns} FROM dataset WHERE id = ${p.id} AND ready_at IS NOT NULL`,
})

/** Figures of an import that got to its end; null when there is work to do. */
export async function importedStats(db: Sql, id: string): Promise<DatasetStats | null> {
  const row = await readyDataset.first(db, { id })
  return row && DatasetStatsSchema.parse(row.stats)
}

const imported = statement({
  params: { id: 'uuid', format: 'text', textColumn: 'text?', stats: 'jsonb' },
  columns: { id: 'uuid' },
  sql: (p, columns) =>
    `UPDATE dataset SET format = ${p.format}, text_column = ${p.textColumn}, stats = ${p.stats}, ready_at = now()
     WHERE id = ${p.id} RETURNING ${columns}`,
})

/** False when the dataset was deleted meanwhile. */
export const storeImport = async (
  tx: Sql,
  id: string,
  { format, textColumn, stats }: { format: string; textColumn: string | null; stats: DatasetStats },
): Promise<boolean> => (await imported.first(tx, { id, format, textColumn, stats })) !== null

const uploadRemoved = statement({
  params: { id: 'uuid' },
  sql: (p) => `DELETE FROM folder_upload WHERE id = ${p.id}`,
})

export const removeUploadRow = (db: Sql, id: string): Promise<void> => uploadRemoved.run(db, { id })

/** Figures of a tokenization. */
export const tokenizationOutcome = outcome('tokenization', 'stats', TokenizationStatsSchema)
