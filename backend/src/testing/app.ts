// A whole backend for a test: fresh database with the real migrations, real Redis, own data folder, listening on a free port.
import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NestExpressApplication } from '@nestjs/platform-express'
import pg from 'pg'
import { createApp } from '../app.js'
import { AppConfig } from '../common/config.js'
import { Database } from '../common/database.js'
import { listen } from '../common/listen.js'

const MIGRATIONS = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url))

const required = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: integration tests need real servers.`)
  return value
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects of the answer and fails when it is not there
  readonly body: any
}

export interface TestApp {
  readonly app: NestExpressApplication
  readonly database: Database
  readonly dataDir: string
  /** Folder that is an import root. */
  readonly importRoot: string
  readonly url: string
  readonly key: string
  /** A request with the admin key unless `headers` say otherwise. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  close(): Promise<void>
}

/** A copy of the migrated template of the tests' own server; on another server the migrations are carried out. */
async function createDatabase(server: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `backend_test_${randomUUID().replaceAll('-', '')}`
  const administer = async (statement: string) => {
    const client = new pg.Client(server)
    await client.connect()
    await client.query(statement)
    await client.end()
  }
  const own = server === process.env['TEST_DATABASE_URL']
  await administer(`CREATE DATABASE ${name}${own ? ` TEMPLATE ${required('TEST_TEMPLATE_DATABASE')}` : ''}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  if (!own) await carryOutMigrations(url)
  return { url: url.href, drop: () => administer(`DROP DATABASE ${name} WITH (FORCE)`) }
}

async function carryOutMigrations(url: URL): Promise<void> {
  const client = new pg.Client(url.href)
  await client.connect()
  const folders = (await readdir(MIGRATIONS, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  for (const { name: folder } of folders.sort((a, b) => a.name.localeCompare(b.name))) {
    await client.query(await readFile(path.join(MIGRATIONS, folder, 'migration.sql'), 'utf8'))
  }
  await client.end()
}

export async function startTestApp(
  redisUrl = required('TEST_REDIS_URL'),
  databaseServer = required('TEST_DATABASE_URL'),
  trustedProxies: readonly string[] = [],
): Promise<TestApp> {
  const created = await createDatabase(databaseServer)
  const dataDir = await mkdtemp(path.join(tmpdir(), 'mistudio-test-'))
  const importRoot = path.join(dataDir, 'import')
  const folders = [[importRoot], [], dataDir] as const
  const config = new AppConfig(created.url, redisUrl, dataDir, '127.0.0.1', 0, ...folders, 1_000_000, trustedProxies)
  const app = await createApp(config)
  // A client that takes up an idle connection just when the server ends it would see a failure of no interest here.
  app.getHttpServer().keepAliveTimeout = 0
  const url = `http://127.0.0.1:${await listen(app, 0, '127.0.0.1')}`
  const key = (await readFile(path.join(dataDir, 'secrets', 'api-key'), 'utf8')).trim()
  const call: TestApp['call'] = async (method, where, body, headers = { authorization: `Bearer ${key}` }) => {
    const response = await fetch(`${url}/api/v1${where}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null }
  }
  const close = async () => {
    await app.close()
    await created.drop()
    await rm(dataDir, { recursive: true, force: true })
  }
  return { app, database: app.get(Database, { strict: false }), dataDir, importRoot, url, key, call, close }
}
