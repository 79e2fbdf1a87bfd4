// Applies prisma/migrations with nothing but `pg`, in Prisma's own table and under its lock, so that `prisma migrate` agrees.
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { ROOT } from './paths.mjs'

const PRISMA_LOCK = 72707369
const TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT, "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`

/** Applies one migration in one implicit transaction. @param {pg.Client} client @param {string} name @param {Buffer} sql @param {string} checksum */
const apply = async (client, name, sql, checksum) => {
  const id = randomUUID()
  await client.query('INSERT INTO "_prisma_migrations" (id, checksum, migration_name) VALUES ($1, $2, $3)', [
    id,
    checksum,
    name,
  ])
  try {
    await client.query(sql.toString())
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    await client.query('UPDATE "_prisma_migrations" SET logs = $2 WHERE id = $1', [id, message])
    throw new Error(`Migration ${name} failed: ${message}`, { cause: error })
  }
  await client.query('UPDATE "_prisma_migrations" SET finished_at = now(), applied_steps_count = 1 WHERE id = $1', [id])
}

/** Brings the database up to date; returns the names applied now. @param {string} url @returns {Promise<string[]>} */
export const migrate = async (url, folder = join(ROOT, 'prisma', 'migrations')) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_LOCK])
    await client.query(TABLE)
    const { rows } = await client.query(
      'SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL',
    )
    const done = new Map(rows.map((row) => [row.migration_name, row]))
    const broken = rows.find((row) => !row.finished_at)
    if (broken)
      throw new Error(
        `Migration ${broken.migration_name} failed before. Repair it with "npm run prisma -- migrate resolve".`,
      )
    const applied = []
    for (const name of readdirSync(folder).sort()) {
      const file = join(folder, name, 'migration.sql')
      if (!existsSync(file)) continue
      const sql = readFileSync(file)
      const checksum = createHash('sha256').update(sql).digest('hex')
      const before = done.get(name)
      if (before && before.checksum !== checksum)
        throw new Error(`Migration ${name} was edited after it was applied. Add a new migration instead.`)
      if (before) continue
      await apply(client, name, sql, checksum)
      applied.push(name)
    }
    return applied
  } finally {
    await client.end()
  }
}
