import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attachTables, createTables, indexSteps } from './rows.js'
import { createTestDatabase, databaseUrl, type TestDatabase } from './testing.js'

const ID = '0b5d8a1e-6c2f-4c53-9f5e-1f0d6f2a9b11'

describe.skipIf(!databaseUrl)('tables of an extraction', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database.drop())

  const tables = async () => {
    const { rows } = await database.pool.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname ~ '^feature_(example_)?[0-9a-f]{32}' ORDER BY 1`,
    )
    return rows.map(({ name }) => name)
  }

  const build = async (attempt: number) => {
    await database.transaction((tx) => createTables(tx, ID, attempt))
    for (const step of Object.values(indexSteps(ID, attempt)).flat()) await step(database.pool)
  }

  it('drops what a killed attempt left and ends with two attached partitions', async () => {
    await build(1)
    await build(2)
    const hex = ID.replaceAll('-', '')
    expect(await tables()).toEqual([`feature_${hex}_2`, `feature_example_${hex}_2`])
    await database.transaction((tx) => attachTables(tx, ID, 2))
    expect(await tables()).toEqual([`feature_${hex}`, `feature_example_${hex}`])
    const { rows } = await database.pool.query(
      `SELECT inhparent::regclass::text AS parent FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY 1`,
    )
    expect(rows).toEqual([{ parent: 'feature' }, { parent: 'feature_example' }])
    const indexes = await database.pool.query(`SELECT indexdef FROM pg_indexes WHERE tablename = 'feature_${hex}'`)
    const definitions = indexes.rows.map(({ indexdef }) => indexdef as string)
    expect(definitions.filter((text) => text.includes('UNIQUE'))).toHaveLength(1)
    expect(definitions.some((text) => text.includes('gin') && text.includes('search_text'))).toBe(true)
  })

  it('drops what other extractions left, unless a job of theirs goes on', async () => {
    const [ended, going] = ['aaaaaaaa-0000-4000-8000-000000000001', 'aaaaaaaa-0000-4000-8000-000000000002']
    await database.pool.query(
      `INSERT INTO job (id, kind, queue, state, subject_type, subject_id, title, params) VALUES
       (gen_random_uuid(), 'extraction.run', 'compute', 'cancelled', 'extraction', $1, '', '{}'),
       (gen_random_uuid(), 'extraction.run', 'compute', 'queued', 'extraction', $2, '', '{}')`,
      [ended, going],
    )
    await database.transaction((tx) => createTables(tx, going, 1))
    await database.transaction((tx) => createTables(tx, ended, 1))
    const before = await tables()
    await database.transaction((tx) => createTables(tx, ID, 3))
    const after = await tables()
    expect(before.filter((name) => !after.includes(name)).map((name) => name.slice(-6))).toEqual(
      expect.arrayContaining(['0001_1', '0001_1']),
    )
    expect(after.filter((name) => name.includes('0000002'))).toHaveLength(2)
  })
})
