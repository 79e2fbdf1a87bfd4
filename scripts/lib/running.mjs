// What runs in a data directory now, as its lock says; and what to do about a holder that does not speak.
import { holderOf } from './lock.mjs'
import { isAlive } from './processes.mjs'
import { readState } from './state.mjs'

/** How often a silent holder is asked, some seconds each time. */
const ASK_TIMES = 5

/**
 * The state of the launcher that holds this data directory; null when none does.
 * @param {import('./paths.mjs').Layout} paths @returns {Promise<import('./state.mjs').State | null>}
 */
export const runningHere = async (paths) => {
  const holder = await askPatiently(paths)
  if (holder?.says) return holder.says
  const stop = `./stop-mistudio.sh --data-dir "${paths.dataDir}"`
  if (holder)
    throw new Error(
      `${paths.dataDir} is in use by a miStudio that does not answer (${pidText(paths)}). If it is stopped or hangs, end it with ${stop}`,
    )
  if (olderLauncher(paths))
    throw new Error(
      `An older version of miStudio runs in ${paths.dataDir} (${pidText(paths)}). Stop it, then start again: ${stop}`,
    )
  return null
}

/** A launcher on a busy machine may need a while to answer. @param {import('./paths.mjs').Layout} paths */
const askPatiently = async (paths) => {
  let holder = await holderOf(paths.run)
  for (let attempt = 1; attempt < ASK_TIMES && holder && !holder.says; attempt++) holder = await holderOf(paths.run)
  return holder
}

/** A living launcher of a version that held no lock. @param {import('./paths.mjs').Layout} paths */
export const olderLauncher = (paths) => {
  const state = readState(paths)
  return state && !state.folder && isAlive(state.launcher) ? state : null
}

/** @param {import('./paths.mjs').Layout} paths */
const pidText = (paths) => {
  const state = readState(paths)
  return state ? `process ${state.launcher.pid}` : 'process unknown'
}
