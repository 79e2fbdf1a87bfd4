// Whether dependencies and build are up to date, by content: `npm ci` only when the lock changed, a build only when sources did.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './paths.mjs'

/** Npm's own list of what it installed; written at the end, so an interrupted install has none. */
const INSTALLED = join(ROOT, 'node_modules', '.package-lock.json')
const BUILD_STAMP = join(ROOT, '.cache', 'build-hash')
const SOURCES = [
  'packages',
  'backend',
  'worker',
  'frontend',
  'prisma',
  'scripts',
  'package-lock.json',
  'tsconfig.base.json',
  'tsconfig.json',
]
const LEAVE_OUT = new Set(['node_modules', 'dist', 'build', 'generated'])
const PRODUCTS = [
  'backend/dist/main.js',
  'worker/dist/main.js',
  'frontend/dist/index.html',
  'packages/cli/dist/main.js',
]

/** @param {string} path @param {import('node:crypto').Hash} hash */
const addTree = (path, hash) => {
  const full = join(ROOT, path)
  if (!existsSync(full)) return
  let entries
  try {
    entries = readdirSync(full, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    hash.update(path).update(readFileSync(full))
    return
  }
  for (const entry of entries) {
    if (LEAVE_OUT.has(entry.name) || entry.name.endsWith('.tsbuildinfo')) continue
    if (entry.isDirectory()) addTree(join(path, entry.name), hash)
    else if (entry.isFile()) hash.update(join(path, entry.name)).update(readFileSync(join(full, entry.name)))
  }
}

const read = (/** @type {string} */ file) => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '')
const write = (/** @type {string} */ file, /** @type {string} */ text) => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
const hashOf = (/** @type {string[]} */ paths) => {
  const hash = createHash('sha256')
  for (const path of paths) addTree(path, hash)
  return hash.digest('hex')
}

/** Does a part of the build unless it was done for these sources and its product is there. @param {string} name @param {string[]} sources @param {string} product @param {() => unknown} work */
export const whenChanged = async (name, sources, product, work) => {
  const stamp = join(ROOT, '.cache', `${name}-hash`)
  const now = hashOf(sources)
  if (existsSync(join(ROOT, product)) && read(stamp) === now) return
  // Gone while it is being done: what an interrupted build left counts as nothing.
  rmSync(stamp, { force: true })
  await work()
  write(stamp, now)
}

/** @typedef {{ version?: string, integrity?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }} Package */
/** @param {string} file @returns {Record<string, Package>} */
const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages

/** Whether every package of the lock is installed in its version, and there; optional ones may be for other machines. */
export const installIsFresh = () => {
  if (!existsSync(INSTALLED)) return false
  const installed = packagesOf(INSTALLED)
  return Object.entries(packagesOf(join(ROOT, 'package-lock.json'))).every(([path, wanted]) => {
    if (!path.includes('node_modules/')) return true
    const found = installed[path]
    if (!found) return Boolean(wanted.optional || wanted.devOptional || wanted.peer)
    return (
      existsSync(join(ROOT, path)) &&
      found.version === wanted.version &&
      (!found.integrity || !wanted.integrity || found.integrity === wanted.integrity)
    )
  })
}
export const buildIsFresh = () =>
  PRODUCTS.every((file) => existsSync(join(ROOT, file))) && read(BUILD_STAMP) === hashOf(SOURCES)
export const markBuilt = () => write(BUILD_STAMP, hashOf(SOURCES))
