// Chaos: one training undisturbed, the same one under SIGKILLs. Final weights must be bit-equal, metrics exactly once.
//   node e2e/chaos/training.mjs [--kills 5] [--steps 1200]
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startStack } from '../lib/stack.mjs'
import { ended, pause, persist, prepare, train } from '../lib/work.mjs'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '5' }, steps: { type: 'string', default: '1200' } },
})
const KILLS = Number(values.kills)
const PARAMS = {
  site: 'blocks.2.hook_resid_post',
  expansion: 8,
  k: 16,
  steps: Number(values.steps),
  batchSize: 512,
  bufferContexts: 64,
  evalEvery: 300,
  evalTokens: 4096,
  checkpointEvery: 50,
}

let failures = 0
const check = (/** @type {boolean} */ ok, /** @type {string} */ what) => {
  failures += ok ? 0 : 1
  console.log(`${ok ? 'PASS' : 'FAIL'} ${what}`)
}

const stack = await startStack()
const { client } = stack
const digest = async (/** @type {string | null} */ saeId) =>
  createHash('sha256')
    .update(await readFile(join(stack.dataDir, 'saes', String(saeId), 'sae_weights.safetensors')))
    .digest('hex')

/** Metrics that do not depend on the clock, as one comparable text, and the check that no (key, step) comes twice. */
const metricsOf = async (/** @type {string} */ id) => {
  const { series } = await persist(() => client.trainingMetrics({ params: { id } }))
  for (const [key, { steps }] of Object.entries(series))
    if (new Set(steps).size !== steps.length) check(false, `one row per step of ${key}`)
  // Speeds are the clock's, not the training's.
  const rest = Object.fromEntries(Object.entries(series).filter(([key]) => !key.endsWith('tokens_per_second')))
  return JSON.stringify(Object.entries(rest).sort(([a], [b]) => a.localeCompare(b)))
}

/** Starts the same training and lets `disturb` do its worst while it runs. */
const disturbed = async (
  /** @type {any} */ on,
  /** @type {(id: string, jobId: string) => Promise<void>} */ disturb,
) => {
  const made = await persist(() => client.createTraining({ body: { ...on, params: PARAMS } }))
  const jobId = String(made.job?.id)
  await disturb(made.id, jobId)
  const job = await ended(client, jobId)
  const training = await persist(() => client.getTraining({ params: { id: made.id } }))
  return { job, training }
}
const stepReached = async (/** @type {string} */ id, /** @type {number} */ step, /** @type {string} */ jobId) => {
  for (let wait = 0; wait < 600; wait++) {
    const { series } = await persist(() => client.trainingMetrics({ params: { id } }))
    const job = await persist(() => client.getJob({ params: { id: jobId } }))
    if ((series['loss']?.steps.at(-1) ?? 0) >= step) return true
    if (job.state === 'completed') return false
    await pause(100)
  }
  throw new Error(`step ${step} was not reached within a minute`)
}
const runnerPid = async (/** @type {string} */ jobId) => {
  for (let wait = 0; wait < 300; wait++) {
    const workers = await persist(() => client.listWorkers())
    const pid = workers
      .flatMap((worker) => (worker.alive ? worker.runners : []))
      .find((runner) => runner.jobId === jobId)?.pid
    if (pid) {
      try {
        process.kill(pid, 0)
        return pid
      } catch {}
    }
    await pause(100)
  }
  throw new Error('no live runner was found')
}
const killProcess = async (/** @type {'backend' | 'worker' | 'redis'} */ name) => {
  const pid = (await stack.state()).processes[name]?.pid
  if (!pid) throw new Error(`the launcher knows no process "${name}"`)
  process.kill(pid, 'SIGKILL')
}

try {
  const { modelId, tokenizationId } = await prepare(client, { maxDocuments: 1500 })
  const on = { modelId, tokenizationId }
  const calm = await train(client, on, PARAMS)
  const [weights, metrics] = [await digest(calm.saeId), await metricsOf(calm.id)]
  console.log(`undisturbed: FVU ${calm.summary?.fvu.toFixed(4)}, weights ${weights.slice(0, 12)}`)

  const compare = async (
    /** @type {string} */ name,
    /** @type {Awaited<ReturnType<typeof disturbed>>} */ { job, training },
  ) => {
    check(
      job.state === 'completed',
      `${name}: completed by itself (attempt ${job.attempt}) ${job.error?.message ?? ''}`,
    )
    if (job.state !== 'completed') return
    check((await digest(training.saeId)) === weights, `${name}: final weights bit-equal`)
    check((await metricsOf(training.id)) === metrics, `${name}: metrics exactly once and equal`)
  }
  let kills = 0
  const underKills = await disturbed(on, async (id, jobId) => {
    for (let kill = 0; kill < KILLS; kill++) {
      if (!(await stepReached(id, Math.floor(((kill + 0.5) * PARAMS.steps) / KILLS), jobId))) return
      process.kill(await runnerPid(jobId), 'SIGKILL')
      kills++
      await pause(300 + 700 * Math.random())
    }
  })
  check(kills === KILLS && underKills.job.attempt > KILLS, `${kills} of ${KILLS} SIGKILLs of the runner landed`)
  await compare('SIGKILL of the runner', underKills)
  for (const name of /** @type {const} */ (['worker', 'backend'])) {
    await compare(
      `SIGKILL of the ${name}`,
      await disturbed(on, async (id, jobId) => {
        await stepReached(id, PARAMS.steps / 3, jobId)
        await killProcess(name)
      }),
    )
  }
  await compare(
    'SIGKILL of Redis with its data wiped',
    await disturbed(on, async (id, jobId) => {
      await stepReached(id, PARAMS.steps / 3, jobId)
      await killProcess('redis')
      await import('node:fs/promises').then(({ rm }) =>
        rm(join(stack.dataDir, 'redis'), { recursive: true, force: true }),
      )
    }),
  )
  await compare(
    'stop and start of the whole product',
    await disturbed(on, async (id, jobId) => {
      await stepReached(id, PARAMS.steps / 3, jobId)
      await stack.restart()
    }),
  )
} finally {
  await stack.stop()
}
console.log(failures ? `${failures} checks failed` : 'all checks passed')
process.exitCode = failures ? 1 : 0
