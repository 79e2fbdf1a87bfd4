// Global setup of the tests: an up-to-date build for what tests start as processes, a real PostgreSQL and a real Redis in a temporary folder, unless the environment names servers.
// Tests find TEST_DATABASE_URL (a server on which they may create databases), TEST_TEMPLATE_DATABASE (a migrated one to copy there),
// TEST_REDIS_URL, and DATABASE_URL (a migrated database that all share).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { migrate } from './lib/migrate.mjs'
import { freePort, until } from './lib/net.mjs'
import { buildJavaScript, buildKernels } from './lib/parts.mjs'
import { startPostgres } from './lib/postgres.mjs'
import { redisAnswers, redisUrl, spawnRedis } from './lib/redis.mjs'
import { serverSecrets } from './lib/secrets.mjs'

/** A migrated database of its own on a server. @param {string} server */
const ownDatabase = async (server, kind = 'shared') => {
  const name = `mistudio_test_${kind}_${process.pid}_${Date.now()}`
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  await migrate(url.href)
  const drop = async () => {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    await client.end()
  }
  return { name, url: url.href, drop }
}

/** @param {{ onTestsRerun: (again: () => Promise<void>) => void }} project */
export default async (project) => {
  await Promise.all([buildKernels(), buildJavaScript()])
  project.onTestsRerun(buildJavaScript)
  const folder = mkdtempSync(join(tmpdir(), 'mistudio-test-'))
  const { secrets } = serverSecrets(join(folder, 'secrets'))
  /** @type {(() => unknown)[]} */
  const undo = [() => rmSync(folder, { recursive: true, force: true })]
  let server = process.env['TEST_DATABASE_URL'] ?? process.env['DATABASE_URL']
  if (!server) {
    const postgres = await startPostgres({ folder: join(folder, 'postgres'), port: await freePort(), secrets })
    // Tests make databases, so they come as superuser; that the product needs less is tested on its own.
    server = postgres.urls.superuser
    undo.push(() => postgres.stop())
  }
  let redis = process.env['TEST_REDIS_URL'] ?? process.env['REDIS_URL']
  if (!redis) {
    const port = await freePort()
    const child = spawnRedis({ folder: join(folder, 'redis'), port, password: secrets.redis, output: 'ignore' })
    await until(() => redisAnswers(port, secrets.redis), 15_000, 'The start of Redis')
    redis = redisUrl(port, secrets.redis)
    undo.push(() => child.kill())
  }
  const database = await ownDatabase(server)
  const template = await ownDatabase(server, 'template')
  undo.push(database.drop, template.drop)
  Object.assign(process.env, {
    TEST_DATABASE_URL: server,
    TEST_TEMPLATE_DATABASE: template.name,
    TEST_REDIS_URL: redis,
    DATABASE_URL: database.url,
    REDIS_URL: redis,
  })
  return async () => {
    for (const step of undo.reverse()) await step()
  }
}
