// Rows that several requests want at the same moment. Whoever starts something holds what it needs; whoever deletes takes it alone.
// Both are locks of PostgreSQL that end with the transaction, so one of the two always learns of the other.
import { AppError, type SubjectType, subjectOf } from '@mistudio/contracts'
import type { Tx } from './database.js'

export interface Held {
  readonly type: SubjectType
  readonly id: string
}

/** Keeps rows from being deleted until the transaction ends. @throws AppError `conflict` for one that is gone. */
export async function holdRows(tx: Tx, rows: readonly Held[]): Promise<void> {
  const gone = await locked(tx, rows, 'FOR KEY SHARE')
  if (gone) throw new AppError('conflict', `The ${word(gone)} that this needs was deleted, so it cannot start.`)
}

/** Waits for whoever holds these rows and keeps everybody else out until the transaction ends. @throws AppError `not_found`. */
export async function takeRows(tx: Tx, rows: readonly Held[]): Promise<void> {
  const gone = await locked(tx, rows, 'FOR UPDATE')
  if (gone) throw new AppError('not_found', `The ${word(gone)} was deleted already.`)
}

const word = ({ type }: Held): string => subjectOf(type).word

/** Locks one after the other, always in the same order; returns the first that is not there. */
async function locked(tx: Tx, rows: readonly Held[], how: 'FOR KEY SHARE' | 'FOR UPDATE'): Promise<Held | null> {
  const key = ({ type, id }: Held): string => `${type} ${id}`
  for (const row of [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1))) {
    const { table } = subjectOf(row.type)
    if (table === null) continue
    const found = await tx.$queryRawUnsafe<unknown[]>(`SELECT 1 FROM "${table}" WHERE id = $1::uuid ${how}`, row.id)
    if (found.length === 0) return row
  }
  return null
}
