// What runs in a data directory, as its launcher writes it down (run/state.json) for whoever comes after a launcher that was killed.
// It is no lock (lock.mjs is): it holds only for the very folder it was written in, so a copied one says nothing about its original.
import { readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs'

/** @typedef {{ pid: number, mark: string | null, port?: number }} Entry */
/**
 * `folder` is the identity of the data directory; `dead` is why the start failed.
 * @typedef {{ launcher: Entry, url: string, port: number, dataDir: string, folder?: string, startedAt: string, ready: boolean, processes: Record<string, Entry> }} State
 */

/** What tells a folder from its copies. @param {string} folder */
export const identityOf = (folder) => {
  const { dev, ino } = statSync(folder)
  return `${dev}:${ino}`
}

/** @param {import('./paths.mjs').Layout} paths @param {State} state */
export const writeState = (paths, state) => {
  writeFileSync(`${paths.state}.tmp`, JSON.stringify(state, null, 2), { mode: 0o600 })
  renameSync(`${paths.state}.tmp`, paths.state)
}

/** @param {import('./paths.mjs').Layout} paths @returns {State | null} */
const stored = (paths) => {
  try {
    return JSON.parse(readFileSync(paths.state, 'utf8'))
  } catch {
    return null
  }
}

/** The state if it was written in this very folder, else null. @param {import('./paths.mjs').Layout} paths */
export const readState = (paths) => {
  const state = stored(paths)
  if (!state) return null
  // Older versions wrote only the path.
  const own = state.folder
    ? state.folder === identityOf(paths.dataDir)
    : state.dataDir === paths.dataDir || state.dataDir === realpathSync(paths.dataDir)
  return own ? state : null
}

/** Where this folder was copied from, if its state was written in another one; else null. @param {import('./paths.mjs').Layout} paths */
export const copiedFrom = (paths) => {
  const state = stored(paths)
  return state && !readState(paths) && state.dataDir !== paths.dataDir ? state.dataDir : null
}
