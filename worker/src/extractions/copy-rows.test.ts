import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CopyInto } from './copy-rows.js'
import { createTestDatabase, databaseUrl, type TestDatabase } from './testing.js'

describe.skipIf(!databaseUrl)('COPY in binary, read back with plain SQL', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase()
    await database.pool.query(
      'CREATE TABLE t (id uuid, a int, b bigint, c real, d float8, e text, f jsonb, g int[], h real[], i float8[], j text[], k int)',
    )
  })
  afterAll(() => database.drop())

  const id = '0b5d8a1e-6c2f-4c53-9f5e-1f0d6f2a9b11'
  async function copy(rows: number, columns = ['id', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k']) {
    const client = await database.pool.connect()
    const into = new CopyInto(client, 't', columns)
    try {
      for (let n = 0; n < rows; n++) {
        const row = into.rows
          .row(12)
          .uuid(id)
          .int4(-n)
          .int8(2 ** 40 + n)
          .float4(0.1)
          .float8(0.1)
        row.text('a\tb\\N "quoted" Ω 🙂\0').json({ text: 'x\0y', n: [1.5, null] })
        row.int4Array([1, -2]).float4Array([0.1, 3e38]).float8Array([]).textArray(['', 'é,{}', '\n']).null()
        await into.drain()
      }
      await into.finish()
    } finally {
      client.release(true)
    }
  }

  it('keeps every value exactly, over many chunks', async () => {
    await copy(20_000)
    const { rows } = await database.pool.query('SELECT count(*)::int AS n, count(DISTINCT a)::int AS distinct FROM t')
    expect(rows[0]).toEqual({ n: 20_000, distinct: 20_000 })
    const one = await database.pool.query(
      'SELECT id, a, b::text, c::float8, d, e, f, g, h::float8[], i, j, k FROM t WHERE a = -7',
    )
    expect(one.rows[0]).toEqual({
      id,
      a: -7,
      b: String(2 ** 40 + 7),
      c: Math.fround(0.1),
      d: 0.1,
      e: 'a\tb\\N "quoted" Ω 🙂␀',
      f: { text: 'x␀y', n: [1.5, null] },
      g: [1, -2],
      h: [Math.fround(0.1), Math.fround(3e38)],
      i: [],
      j: ['', 'é,{}', '\n'],
      k: null,
    })
  })

  it('reports the error of the server', async () => {
    await expect(copy(1, ['id'])).rejects.toThrow(/row field count is 12, expected 1/)
  })
})
