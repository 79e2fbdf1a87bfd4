// Guards the ledger on a real PostgreSQL: its state machine, its fences, and that each of its statements fits the schema.
import type { Sql } from '@mistudio/sql'
import { type OwnDatabase, ownDatabase, statementProblems } from '@mistudio/sql/testing'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ledgerChecks } from './conformance/index.js'

let database: OwnDatabase
let pool: pg.Pool
beforeAll(async () => {
  database = await ownDatabase('ledger')
  pool = new pg.Pool({ connectionString: database.url, max: 3 })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const transaction = async <T>(work: (tx: Sql) => Promise<T>): Promise<T> => {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

for (const { name, run } of ledgerChecks(() => ({ sql: pool, transaction }))) it(name, run)

it('says only what the schema knows', async () => {
  const client = new pg.Client(database.url)
  await client.connect()
  expect(await statementProblems(client)).toEqual([])
  await client.end()
})
