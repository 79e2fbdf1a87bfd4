// Guards the ledger on the connections and transactions of the backend, which are Prisma's.
import { ledgerChecks } from '@mistudio/ledger/conformance'
import { afterAll, beforeAll, it } from 'vitest'
import { sqlOf } from '../common/database.js'
import { startTestApp, type TestApp } from '../testing/app.js'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test.close())

const connection = () => {
  const { database } = test
  return {
    sql: database.pool,
    transaction: <T>(work: (tx: ReturnType<typeof sqlOf>) => Promise<T>) =>
      database.transaction((tx) => work(sqlOf(tx))),
  }
}

for (const { name, run } of ledgerChecks(connection)) it(name, run)
