// Guards: a file that waits for its import when the product is renewed keeps its place, under the name that it has on disk.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { beforeMigration, type Migrating } from '../testing/migrating.js'

let database: Migrating
beforeAll(async () => {
  database = await beforeMigration('20261130001120_one_upload')
})
afterAll(() => database.end())

it('moves waiting files', async () => {
  const { client, apply } = database
  const given = { 'my texts.jsonl': 'my_texts.jsonl', '../ü.csv': 'u_.csv', '..': 'upload' }
  for (const file of Object.keys(given))
    await client.query('INSERT INTO upload (id, name, size, sha256) VALUES ($1, $2, 7, $3)', [randomUUID(), file, 'ab'])
  await apply()
  const { rows } = await client.query<{ title: string; file: string; size: string; received: string; purpose: string }>(
    `SELECT u.name AS title, f.name AS file, f.size, f.received, u.purpose FROM folder_upload u
     JOIN folder_upload_file f ON f.upload_id = u.id AND f.index = 0 AND f.sha256 = 'ab'`,
  )
  expect(Object.fromEntries(rows.map(({ title, file }) => [title, file]))).toEqual(given)
  expect(rows.every((row) => row.size === '7' && row.received === '7' && row.purpose === 'dataset')).toBe(true)
})
