// A fresh copy of the migrated template database, so that tests of several files do not meet.
import { randomUUID } from 'node:crypto'
import pg from 'pg'

const need = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run these tests through vitest's global setup.`)
  return value
}

export interface OwnDatabase {
  readonly url: string
  /** Waits until connections of ended pools and processes are gone, then drops it. */
  drop(): Promise<void>
}

export async function ownDatabase(prefix: string): Promise<OwnDatabase> {
  const admin = new pg.Client({ connectionString: need('TEST_DATABASE_URL') })
  await admin.connect()
  const name = `${prefix}_${randomUUID().replaceAll('-', '')}`
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${pg.escapeIdentifier(need('TEST_TEMPLATE_DATABASE'))}`)
  const url = new URL(need('TEST_DATABASE_URL'))
  url.pathname = `/${name}`
  const connected = async (): Promise<number> => {
    const query = 'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = $1'
    return (await admin.query<{ n: number }>(query, [name])).rows[0]?.n ?? 0
  }
  const drop = async (): Promise<void> => {
    while ((await connected()) > 0) await new Promise((done) => setTimeout(done, 50))
    await admin.query(`DROP DATABASE ${name}`)
    await admin.end()
  }
  return { url: url.href, drop }
}
