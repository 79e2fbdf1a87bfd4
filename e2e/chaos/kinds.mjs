// Kills of each kind: one training undisturbed, the same one under SIGKILLs. Final weights must be bit-equal, metrics exactly once.
//   npm run chaos -- [--kills 5] [--steps 1200]
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startStack } from '../lib/stack.mjs'
import { ended, pause, persist, prepare, train } from '../lib/work.mjs'
import { metricsOf, openChecks, pidOf, runnerPid, weightsDigest } from './checks.mjs'

const { values } = parseArgs({
  strict: false,
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

const stack = await startStack()
const { client } = stack
const { check, end } = openChecks()

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

try {
  const { modelId, tokenizationId } = await prepare(client, { maxDocuments: 1500 })
  const on = { modelId, tokenizationId }
  const calm = await train(client, on, PARAMS)
  const [weights, metrics] = [await weightsDigest(stack, calm.saeId), await metricsOf(stack, calm.id)]
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
    check((await weightsDigest(stack, training.saeId)) === weights, `${name}: final weights bit-equal`)
    const { text, repeated } = await metricsOf(stack, training.id)
    check(repeated.length === 0 && text === metrics.text, `${name}: metrics exactly once and equal ${repeated.join()}`)
  }
  let kills = 0
  const underKills = await disturbed(on, async (id, jobId) => {
    for (let kill = 0; kill < KILLS; kill++) {
      if (!(await stepReached(id, Math.floor(((kill + 0.5) * PARAMS.steps) / KILLS), jobId))) return
      process.kill(await runnerPid(stack, jobId), 'SIGKILL')
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
        process.kill(await pidOf(stack, name), 'SIGKILL')
      }),
    )
  }
  await compare(
    'SIGKILL of Redis with its data wiped',
    await disturbed(on, async (id, jobId) => {
      await stepReached(id, PARAMS.steps / 3, jobId)
      process.kill(await pidOf(stack, 'redis'), 'SIGKILL')
      await rm(join(stack.dataDir, 'redis'), { recursive: true, force: true })
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
end()
