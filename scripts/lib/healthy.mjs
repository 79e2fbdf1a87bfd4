// Waiting for a start: asks the lock's holder whether it is ready, then its server whether every part answers.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { holderOf } from './lock.mjs'
import { sleep } from './net.mjs'

const LIMIT_MS = 180_000

/** The last lines of a log. @param {import('./paths.mjs').Layout} paths @param {string} name */
const tail = (paths, name) => {
  const file = join(paths.logs, `${name}.log`)
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n') : '(no log)'
}

/** What is missing of a server; empty when nothing is. @param {string} url */
const missing = async (url) => {
  try {
    const response = await fetch(`${url}/api/v1/health`, { signal: AbortSignal.timeout(3000) })
    const { data } = await response.json()
    return data.ok
      ? ''
      : `not there yet: ${['database', 'redis', 'worker'].filter((part) => !data[part]?.ok).join(', ')}`
  } catch {
    return 'the server does not answer yet'
  }
}

/**
 * Waits for the data directory's launcher; `gone` says why ours ended, if it did.
 * @param {import('./paths.mjs').Layout} paths @param {() => string | null} gone @returns {Promise<import('./state.mjs').State>}
 */
export const waitUntilHealthy = async (paths, gone) => {
  let detail = 'no launcher answers'
  const end = Date.now() + LIMIT_MS
  while (Date.now() < end) {
    const why = gone()
    if (why !== null) throw new Error(why)
    const state = (await holderOf(paths.run))?.says
    detail = state?.ready ? await missing(state.url) : 'the servers are being started'
    if (!detail) return state
    await sleep(150)
  }
  throw new Error(
    `Not healthy after ${LIMIT_MS / 60_000} minutes (${detail}). Logs are in ${paths.logs}; the end of launcher.log:\n${tail(paths, 'launcher')}\nbackend.log:\n${tail(paths, 'backend')}\nworker.log:\n${tail(paths, 'worker')}`,
  )
}
