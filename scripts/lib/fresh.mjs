// Whether dependencies and build are up to date, by content: `npm ci` only when the lock changed, a build only when sources did.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './paths.mjs'

const INSTALL_STAMP = join(ROOT, 'node_modules', '.mistudio-lock')
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
const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .update(process.version.split('.')[0] ?? '')
    .digest('hex')
const sourceHash = () => {
  const hash = createHash('sha256')
  for (const path of SOURCES) addTree(path, hash)
  return hash.digest('hex')
}

export const installIsFresh = () => read(INSTALL_STAMP) === lockHash()
export const markInstalled = () => write(INSTALL_STAMP, lockHash())
export const buildIsFresh = () =>
  PRODUCTS.every((file) => existsSync(join(ROOT, file))) && read(BUILD_STAMP) === sourceHash()
export const markBuilt = () => write(BUILD_STAMP, sourceHash())
