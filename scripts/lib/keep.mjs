// Keeps one process alive: after a death it starts again, after a growing pause. It forgets nothing that it started, so that
// whoever stops finds it.
import { markOf } from './processes.mjs'

const FIRST_PAUSE_MS = 300
const LONGEST_PAUSE_MS = 10_000
const STEADY_MS = 60_000

/**
 * What a launcher is told and asked. `kept` collects everything that is kept alive, so that a stop reaches what another part started.
 * @typedef {{ log: (text: string) => void, changed: (name: string, mark: import('./processes.mjs').Mark, port?: number) => void, stopping: () => boolean, kept: { release: () => void }[] }} Hooks
 */

/**
 * @param {string} name @param {() => import('node:child_process').ChildProcess} start @param {Hooks} hooks @param {number} [port]
 */
export const keep = (name, start, { log, changed, stopping, kept }, port) => {
  let released = false
  let pause = FIRST_PAUSE_MS
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  const run = () => {
    if (stopping()) throw new Error('it was stopped while it started')
    const began = Date.now()
    const child = start()
    if (child.pid) changed(name, markOf(child.pid), port)
    let over = false
    const ended = (/** @type {string} */ how) => {
      if (over || released || stopping()) return
      over = true
      pause = Date.now() - began > STEADY_MS ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS)
      log(`${name} ended (${how}); it starts again in ${pause} ms`)
      timer = setTimeout(again, pause)
    }
    child.once('error', (error) => ended(error.message))
    child.once('exit', (code, signal) => ended(String(signal ?? `status ${code}`)))
    return child
  }
  const again = () => {
    try {
      if (!stopping()) run()
    } catch (error) {
      pause = LONGEST_PAUSE_MS
      log(`${name} could not be started: ${error instanceof Error ? error.message : error}`)
      timer = setTimeout(again, pause)
    }
  }
  const first = run()
  const release = () => {
    released = true
    clearTimeout(timer)
  }
  kept.push({ release })
  return { first, release }
}
