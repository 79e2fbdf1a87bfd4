// The embedded database: nobody comes in without a password, the product may do its work and no more, old clusters are made safe.
import { spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRoot, NOBODY } from './identity.mjs'
import { migrate } from './migrate.mjs'
import { migrateForServer } from './migrate-server.mjs'
import { freePort } from './net.mjs'
import { startPostgres } from './postgres.mjs'
import { binaries, environment, identity, program } from './postgres-binaries.mjs'
import { grantTables } from './postgres-roles.mjs'
import { serverSecrets } from './secrets.mjs'

/** @type {string} */
let root
/** @type {Awaited<ReturnType<typeof startPostgres>> | undefined} */
let server

const open = () => {
  // Private, as a home folder is: under root the database's user may not pass here.
  root = mkdtempSync(join(tmpdir(), 'mistudio-pg test ü-'))
}
const close = async () => {
  await server?.stop()
  server = undefined
  rmSync(root, { recursive: true, force: true })
}

/** @param {string} url @param {string} text @param {unknown[]} [values] */
const query = async (url, text, values) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text, values)).rows
  } finally {
    await client.end()
  }
}

const start = async () => {
  const { secrets } = serverSecrets(join(root, 'secrets'))
  const port = await freePort()
  server = await startPostgres({ folder: join(root, 'postgres'), port, secrets })
  await migrate(server.urls.owner)
  await grantTables(server.urls.superuser)
  return { port, urls: server.urls }
}

/** A cluster as versions before made it: everybody on this machine is superuser. */
const makeTrusting = () => {
  const folder = join(root, 'postgres')
  mkdirSync(folder, { mode: 0o700 })
  if (isRoot()) chownSync(folder, NOBODY, NOBODY)
  const name = process.platform === 'linux' ? '/proc/self/cwd' : folder
  const inside = { ...identity(), cwd: folder, env: environment(), encoding: /** @type {const} */ ('utf8') }
  const args = ['-D', name, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C']
  expect(spawnSync(program(binaries(), 'initdb'), args, inside).stderr).toBe('')
  const sql = 'CREATE DATABASE mistudio\n'
  spawnSync(program(binaries(), 'postgres'), ['--single', '-D', name, 'postgres'], { ...inside, input: sql })
  const tables = `CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')\n`
  spawnSync(program(binaries(), 'postgres'), ['--single', '-D', name, 'mistudio'], { ...inside, input: tables })
}

describe('the embedded PostgreSQL', () => {
  /** @type {Awaited<ReturnType<typeof start>>} */
  let started
  beforeAll(async () => {
    open()
    started = await start()
  })
  afterAll(close)

  it('refuses every role without its password', async () => {
    const { port } = started
    for (const role of ['postgres', 'mistudio_owner', 'mistudio'])
      for (const password of ['', ':wrong'])
        await expect(query(`postgres://${role}${password}@127.0.0.1:${port}/mistudio`, 'SELECT 1')).rejects.toThrow(
          /password/,
        )
  })

  it('lets the product read and write rows and make partitions, and nothing that a superuser may', async () => {
    const { product } = started.urls
    await query(product, `INSERT INTO setting (key, value) VALUES ('a', '1')`)
    expect(await query(product, 'SELECT value FROM setting')).toHaveLength(1)
    const id = '00000000-0000-4000-8000-000000000001'
    await query(product, 'CREATE TABLE built (LIKE feature INCLUDING DEFAULTS INCLUDING CONSTRAINTS)')
    await query(product, `ALTER TABLE feature ATTACH PARTITION built FOR VALUES IN ('${id}')`)
    await query(product, 'DROP TABLE built')
    for (const statement of [
      'CREATE ROLE another SUPERUSER',
      'CREATE DATABASE another',
      `COPY (SELECT 1) TO PROGRAM 'true'`,
      `SELECT pg_read_file('/etc/passwd')`,
      'ALTER TABLE api_key ADD COLUMN extra int',
      'DROP TABLE job',
      'DELETE FROM "_prisma_migrations"',
      'SELECT rolpassword FROM pg_authid',
    ])
      await expect(query(product, statement), statement).rejects.toThrow(/permission denied|must be owner/)
  })

  it('gives every table of the schema to the product, and the migrations to their owner', async () => {
    const { owner } = started.urls
    const rows = await query(
      owner,
      `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND NOT has_table_privilege('mistudio', oid, 'SELECT, INSERT, UPDATE, DELETE')`,
    )
    expect(rows.map(({ relname }) => relname)).toEqual(['_prisma_migrations'])
  })

  it('gives the product of a server a role of its own, with rows and no more, and refuses the superuser’s', async () => {
    const { superuser } = started.urls
    const url = new URL(superuser)
    url.pathname = '/mistudio'
    const product = new URL(url)
    await expect(migrateForServer(url.href, product.href)).rejects.toThrow('a role of its own')
    product.username = 'mistudio_product'
    product.password = 'letters'
    await migrateForServer(url.href, product.href)
    const rights = await query(
      url.href,
      `SELECT rolsuper, rolcreaterole, rolcreatedb, pg_has_role(rolname, 'mistudio_owner', 'member') AS owns,
         has_table_privilege(rolname, 'job', 'INSERT') AS rows, has_table_privilege(rolname, '_prisma_migrations', 'SELECT') AS migrations
       FROM pg_roles WHERE rolname = 'mistudio_product'`,
    )
    expect(rights).toEqual([
      { rolsuper: false, rolcreaterole: false, rolcreatedb: false, owns: false, rows: true, migrations: false },
    ])
  })
})

describe('a cluster that is there already', () => {
  beforeAll(open)
  afterAll(close)

  it('closes a cluster that trusted everybody, and keeps what is in it', async () => {
    makeTrusting()
    const { port, urls } = await start()
    expect(await query(urls.product, 'SELECT word FROM kept')).toEqual([{ word: 'still here' }])
    await expect(query(`postgres://postgres@127.0.0.1:${port}/mistudio`, 'SELECT 1')).rejects.toThrow(/password/)
    expect(await query(urls.owner, `SELECT tableowner FROM pg_tables WHERE tablename = 'kept'`)).toEqual([
      { tableowner: 'mistudio_owner' },
    ])
  })

  it('starts over a lock file that names a process which is no server of this folder', async () => {
    await server?.stop()
    // As in a copy made while the original ran: a living process, but another's.
    const lock = `${process.pid}\n/proc/self/cwd\n0\n5432\n\n127.0.0.1\n\n`
    writeFileSync(join(root, 'postgres', 'postmaster.pid'), lock)
    if (isRoot()) chownSync(join(root, 'postgres', 'postmaster.pid'), NOBODY, NOBODY)
    const { urls } = await start()
    expect(await query(urls.product, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })
})
