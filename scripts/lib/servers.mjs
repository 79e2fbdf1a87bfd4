// Brings up the embedded servers of a data directory, each on a port that was free, with its passwords; or takes those that
// DATABASE_URL and REDIS_URL name. Whoever calls holds the data directory's lock.
import { closeSync, existsSync, readFileSync } from 'node:fs'
import { keep } from './keep.mjs'
import { belonging } from './left-over.mjs'
import { migrate } from './migrate.mjs'
import { freePort, isOpen, until } from './net.mjs'
import { answers, databaseUrls, prepareCluster, spawnPostgres } from './postgres.mjs'
import { grantTables, prepareRoles } from './postgres-roles.mjs'
import { openLog } from './private.mjs'
import { redisAnswers, redisUrl, spawnRedis } from './redis.mjs'
import { serverSecrets, writePrivate } from './secrets.mjs'

const TRIES = 5
/** @typedef {import('./paths.mjs').Layout} Layout */
/** @typedef {import('./keep.mjs').Hooks} Hooks */

/** The ports of the last start. @param {Layout} paths @returns {Record<string, unknown>} */
const lastPorts = (paths) => {
  try {
    return existsSync(paths.ports) ? JSON.parse(readFileSync(paths.ports, 'utf8')) : {}
  } catch {
    return {}
  }
}

/** The port of the last start if nobody has it, else a free one. @param {unknown} last */
const choosePort = async (last) => (Number.isInteger(last) && !(await isOpen(Number(last))) ? Number(last) : freePort())

/** @param {Layout} paths @param {string} name @param {(output: number) => import('node:child_process').ChildProcess} spawn */
const withLog = (paths, name, spawn) => () => {
  const output = openLog(paths, name)
  try {
    return spawn(output)
  } finally {
    closeSync(output)
  }
}

/**
 * Starts a server on a port, on another one when that port is taken between the look and the start.
 * @param {{ name: string, paths: Layout, hooks: Hooks, spawn: (port: number, output: number) => import('node:child_process').ChildProcess, ready: (port: number, gone: () => boolean) => Promise<boolean> }} server
 */
const bringUp = async ({ name, paths, hooks, spawn, ready }) => {
  let port = await choosePort(lastPorts(paths)[name])
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const { first, release } = keep(
      name,
      withLog(paths, name, (output) => spawn(port, output)),
      hooks,
      port,
    )
    if (await ready(port, () => first.exitCode !== null || first.signalCode !== null || !first.pid)) return port
    release()
    hooks.log(`${name} ended at its start on port ${port}`)
    port = await freePort()
  }
  throw new Error(`The embedded ${name} ended at its start ${TRIES} times. See ${name}.log in ${paths.logs}.`)
}

/** @param {Layout} paths @param {Hooks} hooks */
const embeddedDatabase = async (paths, hooks) => {
  const { secrets, fresh } = serverSecrets(paths.secrets)
  await prepareCluster({ folder: paths.postgres, password: secrets.superuser, fresh })
  const port = await bringUp({
    name: 'postgres',
    paths,
    hooks,
    spawn: (on, output) =>
      spawnPostgres({ folder: paths.postgres, port: on, output, env: belonging(paths, 'postgres') }),
    ready: (on, gone) => answers(databaseUrls(secrets, on).superuser, gone),
  })
  const urls = databaseUrls(secrets, port)
  await prepareRoles(urls.superuser, secrets)
  const applied = await migrate(urls.owner)
  await grantTables(urls.superuser)
  writePrivate(paths.databaseUrl, urls.product)
  return { applied, port }
}

/** @param {Layout} paths @param {Hooks} hooks */
const embeddedRedis = async (paths, hooks) => {
  const password = serverSecrets(paths.secrets).secrets.redis
  const port = await bringUp({
    name: 'redis',
    paths,
    hooks,
    spawn: (on, output) =>
      spawnRedis({ folder: paths.redis, port: on, password, output, env: belonging(paths, 'redis') }),
    ready: async (on, gone) => {
      await until(async () => gone() || (await redisAnswers(on, password)), 30_000, 'The start of Redis')
      return !gone()
    },
  })
  writePrivate(paths.redisUrl, redisUrl(port, password))
  return port
}

/**
 * Servers that answer, a database that is up to date, and what tells the product's processes where both are.
 * @param {Layout} paths @param {Hooks} hooks
 */
export const startServers = async (paths, hooks) => {
  const { DATABASE_URL, REDIS_URL } = process.env
  const database = DATABASE_URL ? null : await embeddedDatabase(paths, hooks)
  const applied = database ? database.applied : await migrate(String(DATABASE_URL))
  hooks.log(applied.length ? `migrations applied: ${applied.join(', ')}` : 'database up to date')
  const redis = REDIS_URL ? null : await embeddedRedis(paths, hooks)
  writePrivate(paths.ports, JSON.stringify({ postgres: database?.port, redis: redis ?? undefined }))
  return {
    ...(DATABASE_URL ? { DATABASE_URL } : { DATABASE_URL_FILE: paths.databaseUrl }),
    ...(REDIS_URL ? { REDIS_URL } : { REDIS_URL_FILE: paths.redisUrl }),
  }
}
