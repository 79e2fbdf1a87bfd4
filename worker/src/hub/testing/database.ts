// A migrated database of its own for tests of pipelines.
import { randomUUID } from 'node:crypto'
import pg from 'pg'

const need = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run these tests through vitest's global setup.`)
  return value
}

export async function ownDatabase(): Promise<{ db: pg.Pool; drop: () => Promise<void> }> {
  const admin = new pg.Client({ connectionString: need('TEST_DATABASE_URL') })
  await admin.connect()
  const name = `hub_${randomUUID().replaceAll('-', '')}`
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${pg.escapeIdentifier(need('TEST_TEMPLATE_DATABASE'))}`)
  const url = new URL(need('TEST_DATABASE_URL'))
  url.pathname = `/${name}`
  const db = new pg.Pool({ connectionString: url.href, max: 8 })
  const drop = async (): Promise<void> => {
    await db.end()
    // Connections of an ended pool may take a moment to be gone.
    for (let left = 1; left > 0; ) {
      const query = 'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = $1'
      left = (await admin.query<{ n: number }>(query, [name])).rows[0]?.n ?? 0
      if (left) await new Promise((done) => setTimeout(done, 50))
    }
    await admin.query(`DROP DATABASE ${name}`)
    await admin.end()
  }
  return { db, drop }
}
