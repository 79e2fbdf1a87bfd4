// What the hub's room asks of the database: the sealed token, whether a model lies in a folder, and locks that end with their connection.
import { HUB_TOKEN_SECRET, type SealedSecret, SealedSecretSchema } from '@mistudio/contracts'
import { type Sql, statement } from '@mistudio/sql'

const secret = statement({
  params: { name: 'text' },
  columns: { sealed: 'jsonb' },
  sql: (p, columns) => `SELECT ${columns} FROM secret WHERE name = ${p.name}`,
})

export interface FoundToken {
  /** @throws ZodError when it is no sealed secret. */
  sealed(): SealedSecret
}

/** The token of the settings; null when there is none. */
export async function storedToken(db: Sql): Promise<FoundToken | null> {
  const row = await secret.first(db, { name: HUB_TOKEN_SECRET })
  return row && { sealed: () => SealedSecretSchema.parse(row.sealed) }
}

const modelAt = statement({
  params: { path: 'text' },
  columns: { id: 'uuid' },
  sql: (p, columns) => `SELECT ${columns} FROM model WHERE path = ${p.path} LIMIT 1`,
})

export const isModelAt = async (db: Sql, path: string): Promise<boolean> => (await modelAt.first(db, { path })) !== null

/** First key of the two-key advisory locks of this room; the second is a hash of the folder. */
const SPACE = 5_142_010

const tried = statement({
  params: { space: 'int', name: 'text' },
  columns: { got: 'boolean' },
  sql: (p) => `SELECT pg_try_advisory_lock(${p.space}, hashtext(${p.name})) AS got`,
})
const unlocked = statement({
  params: { space: 'int', name: 'text' },
  columns: { free: 'boolean' },
  sql: (p) => `SELECT pg_advisory_unlock(${p.space}, hashtext(${p.name})) AS free`,
})

/** Takes the lock for this connection, unless another has it. */
export const tryLock = async (session: Sql, name: string): Promise<boolean> =>
  (await tried.first(session, { space: SPACE, name }))?.got ?? false
export const unlock = (session: Sql, name: string): Promise<void> => unlocked.run(session, { space: SPACE, name })
