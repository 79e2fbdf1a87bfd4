// Guards: every statement of every room's rows.ts, whichever rooms there are, fits the migrated database.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { madeStatements } from '@mistudio/sql'
import { type OwnDatabase, ownDatabase, statementProblems } from '@mistudio/sql/testing'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /(^|\/)rows\.ts$/.test(file),
)

let database: OwnDatabase
let client: pg.Client
beforeAll(async () => {
  database = await ownDatabase('rows')
  client = new pg.Client(database.url)
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

it.each(files)('%s says only what the schema knows', async (file) => {
  const from = madeStatements().length
  await import(join(import.meta.dirname, file))
  expect(madeStatements().length).toBeGreaterThan(from)
  expect(await statementProblems(client, from)).toEqual([])
})
