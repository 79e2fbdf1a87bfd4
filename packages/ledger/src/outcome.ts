// What finished work leaves at its subject: a value in a column of its row, and the time since when it counts.
import { type Sql, statement } from '@mistudio/sql'

export interface Outcome<T> {
  /** What work that got to its end left; null when there is work to do, or no row. */
  read(db: Sql, id: string): Promise<T | null>
  /** Ends the work with its value. False when the row was deleted meanwhile. */
  store(tx: Sql, id: string, value: T): Promise<boolean>
}

/** @param table with `id` and `ready_at` @param column jsonb @param schema of what the column holds */
export function outcome<T>(table: string, column: string, schema: { parse(value: unknown): T }): Outcome<T> {
  const ready = statement({
    params: { id: 'uuid' },
    columns: { [column]: 'jsonb?' },
    sql: (p, columns) => `SELECT ${columns} FROM ${table} WHERE id = ${p.id} AND ready_at IS NOT NULL`,
  })
  const ended = statement({
    params: { id: 'uuid', value: 'jsonb' },
    columns: { id: 'uuid' },
    sql: (p, columns) =>
      `UPDATE ${table} SET ${column} = ${p.value}, ready_at = now() WHERE id = ${p.id} RETURNING ${columns}`,
  })
  return {
    read: async (db, id) => {
      const row = await ready.first(db, { id })
      return row && schema.parse(row[column])
    },
    store: async (tx, id, value) => (await ended.first(tx, { id, value })) !== null,
  }
}
