// What both kinds of chaos look at: counted checks, weights and metrics of a training, processes and files that should not be there.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { MACHINE_METRICS } from '@mistudio/contracts'
import { pause, persist } from '../lib/work.mjs'

/** @typedef {import('../lib/stack.mjs').Stack} Stack */

/** Prints and counts; `end` sets the exit status. */
export const openChecks = () => {
  let failures = 0
  return {
    check: (/** @type {boolean} */ ok, /** @type {string} */ what) => {
      failures += ok ? 0 : 1
      console.log(`${ok ? 'PASS' : 'FAIL'} ${what}`)
    },
    end: () => {
      console.log(failures ? `${failures} checks failed` : 'all checks passed')
      process.exitCode = failures ? 1 : 0
    },
  }
}

/** SHA-256 of the weights of an SAE on disk. @param {Stack} stack @param {string | null} saeId */
export const weightsDigest = async (stack, saeId) =>
  createHash('sha256')
    .update(await readFile(join(stack.dataDir, 'saes', String(saeId), 'sae_weights.safetensors')))
    .digest('hex')

/**
 * Metrics that do not depend on the machine as one comparable text; how many there are; keys with two values
 * of one step, or with another number of values than the store counted as they came.
 * @param {Stack} stack @param {string} id
 */
export const metricsOf = async ({ client }, id) => {
  const { series } = await persist(() => client.trainingMetrics({ params: { id } }))
  const known = await persist(() => client.runMetrics({ params: { id } }))
  const counts = new Map(known.map(({ path, count }) => [path, count]))
  const machine = /** @type {readonly string[]} */ (MACHINE_METRICS)
  const kept = Object.entries(series).filter(([key]) => !machine.includes(key))
  return {
    text: JSON.stringify(kept.sort(([a], [b]) => a.localeCompare(b))),
    rows: kept.reduce((sum, [, { steps }]) => sum + steps.length, 0),
    repeated: Object.entries(series)
      .filter(([key, { steps }]) => new Set(steps).size !== steps.length || counts.get(key) !== steps.length)
      .map(([key]) => key),
  }
}

/** Pid of the process that runs a job, as the worker that owns the job tells it. @param {Stack} stack @param {string} jobId */
export const runnerPid = async ({ client }, jobId) => {
  for (let wait = 0; wait < 600; wait++) {
    const [job, workers] = [
      await persist(() => client.getJob({ params: { id: jobId } })),
      await persist(() => client.listWorkers()),
    ]
    const owner = workers.find((worker) => worker.id === job.owner)
    const pid = owner?.runners.find((runner) => runner.jobId === jobId)?.pid
    if (pid && isRunning(pid)) return pid
    await pause(50)
  }
  throw new Error('no live runner was found')
}

/** @param {Stack} stack @param {'backend' | 'worker' | 'redis'} name */
export const pidOf = async (stack, name) => {
  const pid = (await stack.state()).processes[name]?.pid
  if (!pid) throw new Error(`the launcher knows no process "${name}"`)
  return Number(pid)
}

/** Whether a process lives; a zombie is gone. @param {number} pid */
const isRunning = (pid) => processes().some((found) => found.pid === pid)

/** Runner processes of this checkout that are not children of the living worker. @param {Stack} stack */
export const orphans = async (stack) => {
  const entry = resolve(import.meta.dirname, '../../worker/dist/runner/main.js')
  const worker = await pidOf(stack, 'worker')
  return processes().filter(({ parent, command }) => command.includes(entry) && parent !== worker)
}

const processes = () =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null && !String(match[3]).startsWith('Z'))
    .map((match) => ({ pid: Number(match?.[1]), parent: Number(match?.[2]), command: String(match?.[4]) }))

/** Files of the databases and logs, which are not the trainings'. */
const NOT_OURS = ['postgres', 'redis', 'logs', 'run']

/** Paths in the data folder that a writer left unfinished. @param {Stack} stack */
export const unfinishedFiles = async ({ dataDir }) => {
  const found = []
  for (const folder of await readdir(dataDir)) {
    if (NOT_OURS.includes(folder)) continue
    const entries = await readdir(join(dataDir, folder), { recursive: true }).catch(() => [])
    found.push(...entries.filter((path) => /\.(tmp|part|parts)(\/|$)/.test(path)).map((path) => join(folder, path)))
  }
  return found
}

/** Steps of the checkpoint folders of a training, as they lie on disk. @param {Stack} stack @param {string} id */
export const checkpointFolders = async ({ dataDir }, id) =>
  (await readdir(join(dataDir, 'trainings', id, 'checkpoints'))).sort((a, b) => Number(a) - Number(b))
