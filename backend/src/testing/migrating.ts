// A database as it was before one migration, for tests of what that migration makes of rows. Dropped by `end`.
import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

const MIGRATIONS = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url))
const server = process.env['TEST_DATABASE_URL'] ?? ''

export interface Migrating {
  readonly client: pg.Client
  /** Carries out the migration. */
  apply(): Promise<void>
  end(): Promise<void>
}

/** Every migration before `migration` is carried out. */
export async function beforeMigration(migration: string): Promise<Migrating> {
  const name = `migration_${randomUUID().replaceAll('-', '')}`
  await administer(`CREATE DATABASE ${name}`)
  const client = new pg.Client(Object.assign(new URL(server), { pathname: `/${name}` }).href)
  await client.connect()
  const carryOut = async (one: string) => {
    await client.query(await readFile(path.join(MIGRATIONS, one, 'migration.sql'), 'utf8'))
  }
  const folders = (await readdir(MIGRATIONS, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  const earlier = folders.map((folder) => folder.name).filter((folder) => folder < migration)
  for (const one of earlier.sort((a, b) => a.localeCompare(b))) await carryOut(one)
  return {
    client,
    apply: () => carryOut(migration),
    async end() {
      await client.end()
      await administer(`DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}

async function administer(statement: string): Promise<void> {
  const admin = new pg.Client(server)
  await admin.connect()
  await admin.query(statement)
  await admin.end()
}
