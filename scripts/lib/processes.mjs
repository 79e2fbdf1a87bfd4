// Processes by pid AND start time, so that a recycled pid is never taken for ours.
import { execFileSync } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { sleep } from './net.mjs'

/** When a process started, as text that only needs to be equal to itself; null when there is none (or only a zombie). @param {number} pid */
const startMark = (pid) => {
  try {
    if (process.platform === 'linux') {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      return fields[0] === 'Z' || fields[0] === 'X' ? null : String(fields[19])
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null
  } catch {
    return null
  }
}

/** @typedef {{ pid: number, mark: string | null }} Mark */
/** @param {number} pid @returns {Mark} */
export const markOf = (pid) => ({ pid, mark: startMark(pid) })
/** @param {Mark | undefined | null} mark */
export const isAlive = (mark) => Boolean(mark?.mark && startMark(mark.pid) === mark.mark)

/** Sends a signal to a process that may be gone by now. @param {Mark} mark @param {NodeJS.Signals} signal */
export const sendSignal = (mark, signal) => {
  try {
    if (isAlive(mark)) process.kill(mark.pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Asks a process to end, and ends it after the grace. One that was stopped is woken first. @param {Mark | undefined | null} mark @param {number} graceMs */
export const stopProcess = async (mark, graceMs, signal = /** @type {NodeJS.Signals} */ ('SIGTERM')) => {
  if (!mark || !isAlive(mark)) return
  sendSignal(mark, signal)
  sendSignal(mark, 'SIGCONT')
  const end = Date.now() + graceMs
  while (isAlive(mark)) {
    if (Date.now() > end) {
      sendSignal(mark, 'SIGKILL')
      for (let waited = 0; isAlive(mark) && waited < 5000; waited += 50) await sleep(50)
      return
    }
    await sleep(50)
  }
}

/** Full path of a program on PATH, or null. @param {string} name */
export const which = (name) => {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {}
  }
  return null
}
