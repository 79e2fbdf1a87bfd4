// The data directory belongs to one user: folders 0700, logs and secrets 0600, also in directories that older versions made.
import { chmodSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

const OTHERS = 0o077

/** @param {string} path */
const makePrivate = (path) => {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  chmodSync(path, 0o700)
}

/** Why a folder cannot be a data directory; null when it can. @param {string} path */
const unfit = (path) => {
  const info = statSync(path)
  if (!info.isDirectory()) return 'it is a file'
  if (info.mode & 0o1000) return 'it is shared with other users (like /tmp); name a folder inside it'
  if (process.getuid && info.uid !== process.getuid())
    return `it belongs to user ${info.uid}; start miStudio as that user, or name another folder`
  return null
}

/** @param {unknown} error */
const reason = (error) => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'EROFS') return 'its file system is read-only'
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not write there'
  if (code === 'ENOSPC') return 'the disk is full'
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'a file stands where a folder is needed'
  return error instanceof Error ? error.message : String(error)
}

/** Makes the data directory, or makes an existing one private. Throws with what to do. @param {import('./paths.mjs').Layout} paths */
export const prepareDataDir = (paths) => {
  const refuse = (/** @type {string} */ why) => {
    throw new Error(`${paths.dataDir} cannot be the data directory: ${why}. Choose another one with --data-dir.`)
  }
  try {
    // Folders above keep the modes that are usual here.
    mkdirSync(dirname(paths.dataDir), { recursive: true })
    mkdirSync(paths.dataDir, { recursive: true, mode: 0o700 })
    const why = unfit(paths.dataDir)
    if (why) return refuse(why)
    for (const folder of [paths.dataDir, paths.logs, paths.run, paths.secrets, join(paths.dataDir, 'import')])
      makePrivate(folder)
    for (const folder of [paths.logs, paths.secrets])
      for (const entry of readdirSync(folder, { withFileTypes: true }))
        if (entry.isFile()) chmodSync(join(folder, entry.name), 0o600)
  } catch (error) {
    if (error instanceof Error && error.message.startsWith(paths.dataDir)) throw error
    return refuse(reason(error))
  }
  if (process.platform !== 'win32' && statSync(paths.dataDir).mode & OTHERS)
    refuse('its file system keeps no permissions, so the database and the keys would be open to everybody')
}

/** A log to append to, for its owner only. @param {import('./paths.mjs').Layout} paths @param {string} name */
export const openLog = (paths, name) => openSync(join(paths.logs, `${name}.log`), 'a', 0o600)
