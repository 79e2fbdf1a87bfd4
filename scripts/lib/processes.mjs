// Processes by pid AND start time, so that a recycled pid is never taken for ours.
import { execFileSync } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { sleep } from './net.mjs'

/** When a process started, as text that only needs to be equal to itself; null when there is none (or only a zombie). @param {number} pid */
export const startMark = (pid) => {
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

/** SIGTERM, then SIGKILL after the grace. @param {Mark | undefined | null} mark @param {number} graceMs */
export const stopProcess = async (mark, graceMs) => {
  if (!mark || !isAlive(mark)) return
  process.kill(mark.pid, 'SIGTERM')
  const end = Date.now() + graceMs
  while (isAlive(mark)) {
    if (Date.now() > end) {
      process.kill(mark.pid, 'SIGKILL')
      await sleep(200)
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
