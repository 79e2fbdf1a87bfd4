// Processes that a killed launcher left, as far as they are proved to belong to this very data directory: by pid and start time in
// its state, by the mark that every child carries in its environment, or by the folder that a database works in. Others are let alone.
import { readdirSync, readFileSync } from 'node:fs'
import { clusterPid, servesCluster } from './postgres.mjs'
import { isAlive, markOf, stopProcess } from './processes.mjs'
import { identityOf, readState } from './state.mjs'

/** In the order in which they are ended: whoever needs another goes first. */
const ORDER = /** @type {const} */ (['worker', 'backend', 'redis', 'postgres'])
const GRACE_MS = { worker: 40_000, backend: 10_000, redis: 10_000, postgres: 60_000 }
/** @typedef {{ name: typeof ORDER[number], mark: import('./processes.mjs').Mark }} Found */

/** Marks a child as ours; its own children inherit it. @param {import('./paths.mjs').Layout} paths @param {string} name */
export const belonging = (paths, name) => ({ MISTUDIO_PROCESS: `${name}@${identityOf(paths.dataDir)}` })

/** Living processes that carry the mark. @param {string} folder @returns {Found[]} */
const marked = (folder) => {
  if (process.platform !== 'linux') return []
  const found = []
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue
    try {
      const text = readFileSync(`/proc/${entry}/environ`, 'utf8')
      const name = ORDER.find((one) => text.split('\0').includes(`MISTUDIO_PROCESS=${one}@${folder}`))
      if (name) found.push({ name, mark: markOf(Number(entry)) })
    } catch {
      // Another user's, or gone.
    }
  }
  return found
}

/**
 * @param {import('./paths.mjs').Layout} paths
 * @param {{ folder: string, processes: Record<string, import('./processes.mjs').Mark> }} known by default what the state says; the
 * launcher knows it better, even of a data directory that was removed under it
 * @returns {Found[]}
 */
const leftOver = (paths, known) => {
  /** @type {Map<number, Found>} */
  const found = new Map()
  const add = (/** @type {Found} */ one) => {
    if (isAlive(one.mark)) found.set(one.mark.pid, one)
  }
  for (const name of ORDER) {
    const mark = known.processes[name]
    if (mark) add({ name, mark })
  }
  for (const one of marked(known.folder)) add(one)
  const pid = clusterPid(paths.postgres)
  if (process.platform === 'linux' && pid && servesCluster(pid, paths.postgres))
    add({ name: 'postgres', mark: markOf(pid) })
  return [...found.values()]
}

/** Ends one process in the way that suits it. @param {Found} found */
const end = ({ name, mark }) => stopProcess(mark, GRACE_MS[name], name === 'postgres' ? 'SIGINT' : 'SIGTERM')

/** Ends what is left, in order; returns the names. @param {import('./paths.mjs').Layout} paths @param {Parameters<typeof leftOver>[1]} [known] */
export const endLeftOver = async (
  paths,
  known = { folder: identityOf(paths.dataDir), processes: readState(paths)?.processes ?? {} },
) => {
  const found = leftOver(paths, known)
  for (const name of ORDER) await Promise.all(found.filter((one) => one.name === name).map(end))
  return ORDER.filter((name) => found.some((one) => one.name === name))
}
