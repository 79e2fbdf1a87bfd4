// Guards: values go in and come out as their types say, and the check tells what does not fit without running anything.
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { madeStatements, statement } from './index.js'
import { type OwnDatabase, ownDatabase, statementProblems } from './testing/index.js'

let database: OwnDatabase
let db: pg.Client
beforeAll(async () => {
  database = await ownDatabase('sql')
  db = new pg.Client(database.url)
  await db.connect()
  await db.query(
    'CREATE TABLE shelf (id uuid PRIMARY KEY, book_title text NOT NULL, pages int, bytes bigint NOT NULL, facts jsonb)',
  )
})
afterAll(async () => {
  await db.end()
  await database.drop()
})

const ID = '6b5f7a52-7f0e-4f0a-9d6d-0d6d2f3f7f11'
const put = statement({
  params: { id: 'uuid', title: 'text', pages: 'int?', bytes: 'bigint', facts: 'jsonb?' },
  columns: { id: 'uuid', bookTitle: 'text', pages: 'int?', bytes: 'bigint', facts: 'jsonb?' },
  sql: (p, columns) =>
    `INSERT INTO shelf (id, book_title, pages, bytes, facts) VALUES (${p.id}, ${p.title}, ${p.pages}, ${p.bytes}, ${p.facts})
     RETURNING ${columns}`,
})

it('takes parameters and answers rows by name', async () => {
  const values = { id: ID, title: 'Ulysses', pages: null, bytes: 2 ** 40, facts: { words: [1, 'a\u0000'] } }
  const row = await put.first(db, values)
  const { title, facts, ...same } = values
  expect(row).toEqual({ ...same, bookTitle: title, facts: { words: [1, 'a\u2400'] } })
  expect(typeof facts).toBe('object')
  const titles = statement({
    params: { ids: 'uuid[]' },
    columns: { bookTitle: 'text' },
    sql: (p, columns) => `SELECT ${columns} FROM shelf WHERE id = ANY(${p.ids})`,
  })
  expect(await titles.all(db, { ids: [ID] })).toEqual([{ bookTitle: 'Ulysses' }])
  expect(await titles.first(db, { ids: [] })).toBeNull()
})

it.each([
  ['a table', { id: 'uuid' }, 'SELECT id FROM shelves', 'relation "shelves" does not exist'],
  ['a column', { id: 'uuid' }, `SELECT id FROM shelf WHERE titel = 'x'`, 'column "titel" does not exist'],
  ['a type', { id: 'text' }, 'SELECT id FROM shelf', '"id" is uuid, not text'],
  ['a name', { id: 'uuid', pages: 'int?' }, 'SELECT id FROM shelf', '"pages" is not in the answer'],
  ['a surplus', {}, 'DELETE FROM shelf RETURNING id', '"id" is not declared'],
  ['a NULL', { pages: 'int' }, 'SELECT pages FROM shelf', '"pages" may be NULL'],
] as const)('tells %s that does not fit', async (_, columns, text, problem) => {
  const from = madeStatements().length
  statement({ params: {}, columns, sql: () => text })
  const [found] = await statementProblems(db, from)
  expect(found).toContain(problem)
  expect((await db.query('SELECT 1 FROM shelf')).rows).toHaveLength(1)
})

it('has nothing to say of what fits', async () => {
  expect(await statementProblems(db, 0)).not.toContainEqual(expect.stringContaining('INSERT INTO shelf'))
})
