// Rows about files: import folders of the settings, and what was last seen of each stored thing.
import { IMPORT_ROOT_KEYS, type StoredRoom, StoredRootsSchema, type StoredTarget } from '@mistudio/contracts'
import { type Sql, statement } from '@mistudio/sql'

const settings = statement({
  params: { keys: 'text[]' },
  columns: { key: 'text', value: 'jsonb' },
  sql: (p, columns) => `SELECT ${columns} FROM setting WHERE key = ANY(${p.keys})`,
})

/** Import folders as settings have them now, or as the backend started with. */
export async function importRoots(db: Sql): Promise<readonly string[]> {
  const stored = new Map((await settings.all(db, { keys: IMPORT_ROOT_KEYS })).map(({ key, value }) => [key, value]))
  const found = IMPORT_ROOT_KEYS.map((key) => stored.get(key)).find((value) => value !== undefined)
  return StoredRootsSchema.parse(found ?? [])
}

/** What one look at a thing found; `file`: the damaged one, null for none. */
export interface StoredCheck {
  readonly room: StoredRoom
  readonly id: string
  readonly bytes: number
  readonly file: string | null
}

const checked = statement({
  params: { room: 'text', id: 'uuid', bytes: 'bigint', file: 'text?' },
  sql: (p) =>
    `INSERT INTO stored_check (room, id, bytes, file, found_at)
     VALUES (${p.room}, ${p.id}, ${p.bytes}, ${p.file}, CASE WHEN ${p.file} IS NULL THEN NULL ELSE now() END)
     ON CONFLICT (room, id) DO UPDATE SET
       checked_at = now(), bytes = greatest(excluded.bytes, CASE WHEN excluded.file IS NULL THEN 0 ELSE stored_check.bytes END),
       file = excluded.file,
       found_at = CASE WHEN excluded.file IS NULL THEN NULL ELSE coalesce(stored_check.found_at, now()) END`,
})

/** The time at which damage was first found stays. */
export const noteCheck = (db: Sql, { room, id, bytes, file }: StoredCheck): Promise<void> =>
  checked.run(db, { room, id, bytes, file })

const ages = statement({
  params: {},
  columns: { room: 'text', id: 'uuid', days: 'float8' },
  sql: () => 'SELECT room, id, extract(epoch FROM now() - checked_at)::float8 / 86400 AS days FROM stored_check',
})

/** Days since each thing was looked at; infinite for one that never was. */
export async function daysSinceCheck(db: Sql): Promise<(target: StoredTarget) => number> {
  const days = new Map((await ages.all(db, {})).map((row) => [`${row.room}/${row.id}`, row.days]))
  return ({ room, id }) => days.get(`${room}/${id}`) ?? Number.POSITIVE_INFINITY
}

const forgotten = statement({
  params: { room: 'text', id: 'uuid' },
  sql: (p) => `DELETE FROM stored_check WHERE room = ${p.room} AND id = ${p.id}`,
})

export const forgetCheck = (db: Sql, room: string, id: string): Promise<void> => forgotten.run(db, { room, id })

const readyModels = statement({
  params: {},
  columns: { id: 'uuid' },
  sql: (_, columns) => `SELECT ${columns} FROM model WHERE ready_at IS NOT NULL`,
})

export const readyModelIds = async (db: Sql): Promise<string[]> => (await readyModels.all(db, {})).map(({ id }) => id)

const model = statement({
  params: { id: 'uuid' },
  columns: { path: 'text' },
  sql: (p, columns) => `SELECT ${columns} FROM model WHERE id = ${p.id}`,
})

/** Folder of a model; null when it was deleted. */
export const modelPath = async (db: Sql, id: string): Promise<string | null> =>
  (await model.first(db, { id }))?.path ?? null
