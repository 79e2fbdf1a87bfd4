// Guards: a file that waits for its import when the product is renewed keeps its place, under the name that it has on disk.
import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'

const MIGRATIONS = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url))
const ITSELF = '20261130001120_one_upload'
const name = `upload_migration_${randomUUID().replaceAll('-', '')}`
const server = process.env['TEST_DATABASE_URL'] ?? ''
const client = new pg.Client(Object.assign(new URL(server), { pathname: `/${name}` }).href)
const administer = async (statement: string) => {
  const admin = new pg.Client(server)
  await admin.connect()
  await admin.query(statement)
  await admin.end()
}
const apply = async (migration: string) =>
  client.query(await readFile(path.join(MIGRATIONS, migration, 'migration.sql'), 'utf8'))

beforeAll(async () => {
  await administer(`CREATE DATABASE ${name}`)
  await client.connect()
  const all = (await readdir(MIGRATIONS, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  for (const { name: migration } of all.sort((a, b) => a.name.localeCompare(b.name))) {
    if (migration < ITSELF) await apply(migration)
  }
})
afterAll(async () => {
  await client.end()
  await administer(`DROP DATABASE ${name} WITH (FORCE)`)
})

it('moves waiting files', async () => {
  const given = { 'my texts.jsonl': 'my_texts.jsonl', '../ü.csv': 'u_.csv', '..': 'upload' }
  for (const file of Object.keys(given))
    await client.query('INSERT INTO upload (id, name, size, sha256) VALUES ($1, $2, 7, $3)', [randomUUID(), file, 'ab'])
  await apply(ITSELF)
  const { rows } = await client.query<{ title: string; file: string; size: string; received: string; purpose: string }>(
    `SELECT u.name AS title, f.name AS file, f.size, f.received, u.purpose FROM folder_upload u
     JOIN folder_upload_file f ON f.upload_id = u.id AND f.index = 0 AND f.sha256 = 'ab'`,
  )
  expect(Object.fromEntries(rows.map(({ title, file }) => [title, file]))).toEqual(given)
  expect(rows.every((row) => row.size === '7' && row.received === '7' && row.purpose === 'dataset')).toBe(true)
})
