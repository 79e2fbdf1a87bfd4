// The embedded PostgreSQL: one cluster per data directory, on a port of 127.0.0.1, every connection with a password (SCRAM). Under
// root it runs as nobody and enters its folder through the working directory that it is given, so folders above may be private.
// Programs: postgres-binaries.mjs. Roles and rights: postgres-roles.mjs.
import { spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { isRoot, NOBODY } from './identity.mjs'
import { sleep } from './net.mjs'
import { binaries, environment, identity, program } from './postgres-binaries.mjs'
import { prepareRoles, ROLES } from './postgres-roles.mjs'
import { scramVerifier } from './secrets.mjs'

const START_MS = 90_000

/** Who may connect: the three roles, with their passwords, from this machine. All else is refused. */
const HBA = `# Written by miStudio at every start.
host all ${ROLES.superuser} 127.0.0.1/32 scram-sha-256
host all ${ROLES.owner},${ROLES.product} 127.0.0.1/32 scram-sha-256
`

/** How PostgreSQL names its folder: the working directory where the system has a name for it. @param {string} folder */
const nameOf = (folder) => (process.platform === 'linux' ? '/proc/self/cwd' : folder)

/**
 * Runs one of its programs to the end inside a cluster's folder. Not synchronously: whoever asks the lock meanwhile gets an answer.
 * @param {string} folder @param {string} name @param {string[]} args
 * @returns {Promise<{ status: number | null, stderr: string }>}
 */
const runInside = (folder, name, args, input = '') =>
  new Promise((done, failed) => {
    const child = spawn(program(binaries(), name), args, {
      ...identity(),
      cwd: folder,
      env: environment(),
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (chunk) => (stderr += chunk))
    // A program that ends without reading is told of by its status.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    child.once('error', (error) => failed(new Error(`${name} could not be started: ${error.message}`)))
    child.once('close', (status) => done({ status, stderr: stderr.trim() }))
  })

/** Makes the cluster under a name that it only loses when it is whole. @param {string} folder */
const initialise = async (folder) => {
  if (existsSync(join(folder, 'PG_VERSION'))) return
  const part = `${folder}.new`
  rmSync(part, { recursive: true, force: true })
  mkdirSync(part, { recursive: true, mode: 0o700 })
  if (isRoot()) chownSync(part, NOBODY, NOBODY)
  // Nobody may connect until the superuser has a password.
  const args = ['-D', nameOf(part), '-U', ROLES.superuser, '-A', 'reject', '-E', 'UTF8', '--locale=C']
  const { status, stderr } = await runInside(part, 'initdb', args)
  if (status !== 0) throw new Error(`The database could not be made in ${folder}: ${stderr}`)
  rmSync(folder, { recursive: true, force: true })
  renameSync(part, folder)
}

/** Gives the superuser its password while no server listens, then closes the door for all without one. @param {string} folder @param {string} password */
const secure = async (folder, password) => {
  const statement = `ALTER ROLE ${ROLES.superuser} PASSWORD '${scramVerifier(password)}'\n`
  const { status, stderr } = await runInside(
    folder,
    'postgres',
    ['--single', '-D', nameOf(folder), 'postgres'],
    statement,
  )
  if (status !== 0 || /\b(ERROR|FATAL|PANIC):/.test(stderr))
    throw new Error(`The database in ${folder} could not be given a password: ${stderr}`)
  writeFileSync(join(folder, 'pg_hba.conf'), HBA)
}

/** @param {string} folder */
const isSecured = (folder) => readFileSync(join(folder, 'pg_hba.conf'), 'utf8') === HBA

/** @param {string} folder */
const checkOwner = (folder) => {
  const owner = statSync(folder).uid
  const wanted = isRoot() ? NOBODY : process.getuid?.()
  if (wanted === undefined || owner === wanted) return
  throw new Error(
    `The database in ${folder} belongs to user ${owner}, not to ${isRoot() ? `nobody (${NOBODY}), as whom it runs under root` : wanted}. Start miStudio as the user who made it, or name another folder with --data-dir.`,
  )
}

/**
 * A lock file that a copy or a crash left, when the process it names is no server of this folder: PostgreSQL itself would only
 * look at whether that process lives. Whoever calls holds the data directory's lock.
 * @param {string} folder
 */
const dropStaleLock = (folder) => {
  const pid = clusterPid(folder)
  if (pid && !servesCluster(pid, folder)) rmSync(join(folder, 'postmaster.pid'), { force: true })
}

/** The process that a cluster's lock file names. @param {string} folder */
export const clusterPid = (folder) => {
  try {
    return Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]) || null
  } catch {
    return null
  }
}

/** Whether a process works inside this very folder (not a copy of it). @param {number} pid @param {string} folder */
export const servesCluster = (pid, folder) => {
  if (process.platform !== 'linux') return true
  try {
    const [a, b] = [statSync(`/proc/${pid}/cwd`), statSync(folder)]
    return a.dev === b.dev && a.ino === b.ino
  } catch {
    return false
  }
}

/** Makes a cluster ready to be started: it exists, belongs to its user, and asks for passwords. @param {{ folder: string, password: string, fresh: boolean }} options */
export const prepareCluster = async ({ folder, password, fresh }) => {
  await initialise(folder)
  checkOwner(folder)
  dropStaleLock(folder)
  if (fresh || !isSecured(folder)) await secure(folder, password)
}

/** Starts a prepared cluster; it ends in order at SIGINT. @param {{ folder: string, port: number, output: number | 'ignore', env?: Record<string, string> }} options */
export const spawnPostgres = ({ folder, port, output, env = {} }) => {
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '60' }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return spawn(program(binaries(), 'postgres'), ['-D', nameOf(folder), '-p', String(port), ...args], {
    ...identity(),
    cwd: folder,
    env: { ...environment(), ...env },
    stdio: ['ignore', output, output],
    // Of its own group: a Ctrl-C in the terminal is the launcher's to act on.
    detached: true,
  })
}

/** @param {keyof typeof ROLES} role @param {string} password @param {number} port */
const urlOf = (role, password, port, database = 'mistudio') =>
  `postgres://${ROLES[role]}:${password}@127.0.0.1:${port}/${database}`

/** Addresses by role. @param {import('./secrets.mjs').Secrets} secrets @param {number} port */
export const databaseUrls = (secrets, port) => ({
  superuser: urlOf('superuser', secrets.superuser, port, 'postgres'),
  owner: urlOf('owner', secrets.owner, port),
  product: urlOf('product', secrets.product, port),
})

/** Waits until a server answers; false when `gone` says that it ended before. @param {string} url @param {() => boolean} gone */
export const answers = async (url, gone) => {
  for (let waited = 0; waited < START_MS; waited += 100) {
    if (gone()) return false
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
    // A server that ends in the middle of a connection is told of by `gone`.
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.end()
      return true
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      await client.end().catch(() => undefined)
      if (['28P01', '28000'].includes(code)) throw error
      await sleep(100)
    }
  }
  throw new Error(`The database did not answer within ${START_MS / 1000} s.`)
}

/**
 * A whole server for tests: prepared, started, with its database and roles.
 * @param {{ folder: string, port: number, secrets: import('./secrets.mjs').Secrets }} options
 */
export const startPostgres = async ({ folder, port, secrets }) => {
  await prepareCluster({ folder, password: secrets.superuser, fresh: true })
  const child = spawnPostgres({ folder, port, output: 'ignore' })
  const ended = new Promise((done) => child.once('exit', done))
  const urls = databaseUrls(secrets, port)
  if (!(await answers(urls.superuser, () => child.exitCode !== null))) throw new Error('PostgreSQL ended at its start.')
  await prepareRoles(urls.superuser, secrets)
  return {
    urls,
    pid: () => child.pid ?? null,
    stop: async () => {
      child.kill('SIGINT')
      await ended
    },
  }
}
