// Guards the ledger on the connections and transactions of the worker.
import { ledgerChecks } from '@mistudio/ledger/conformance'
import { type OwnDatabase, ownDatabase } from '@mistudio/sql/testing'
import pg from 'pg'
import { afterAll, beforeAll, it } from 'vitest'
import { inTransaction } from '../runner/database.js'

let database: OwnDatabase
let db: pg.Pool
beforeAll(async () => {
  database = await ownDatabase('worker_ledger')
  db = new pg.Pool({ connectionString: database.url, max: 4 })
})
afterAll(async () => {
  await db.end()
  await database.drop()
})

for (const { name, run } of ledgerChecks(() => ({ sql: db, transaction: (work) => inTransaction(db, work) })))
  it(name, run)
