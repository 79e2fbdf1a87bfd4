// Many kills: for each architecture one training undisturbed, and the same one under SIGKILLs of its runner or its worker at random
// moments, also while it starts. Weights must be bit-equal, metrics there once and equal, and nothing may be left behind.
//   npm run chaos -- --what kills [--kills 20] [--steps 2000] [--seed N] [--architectures topk,jumprelu,gated]
// A kill of the worker costs the length of a lease (20 s), so a whole run lasts about a quarter of an hour.
import { parseArgs } from 'node:util'
import { startStack } from '../lib/stack.mjs'
import { ended, pause, persist, prepare, train } from '../lib/work.mjs'
import {
  checkpointFolders,
  metricsOf,
  openChecks,
  orphans,
  pidOf,
  runnerPid,
  unfinishedFiles,
  weightsDigest,
} from './checks.mjs'

const { values } = parseArgs({
  strict: false,
  options: {
    kills: { type: 'string', default: '20' },
    steps: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    architectures: { type: 'string', default: 'topk,jumprelu,gated' },
  },
})
const [KILLS, STEPS, SEED] = [Number(values.kills), Number(values.steps), Number(values.seed)]
/** Share of kills that hit the worker; the others hit the runner. */
const WORKER_SHARE = 0.3
/** No kill is aimed at the last tenth, so that each lands before the end. */
const LAST = 0.9
/** Kills wait up to this long, in milliseconds, after their step is reached or the process is up. */
const WAIT = 600
const COMMON = {
  site: 'blocks.2.hook_resid_post',
  expansion: 4,
  steps: STEPS,
  batchSize: 256,
  bufferContexts: 32,
  evalEvery: 250,
  evalTokens: 2048,
  checkpointEvery: 25,
  seed: 7,
}
/** @type {Record<string, object>} */
const OWN = {
  topk: { k: 16 },
  jumprelu: { targetL0: 16, l0WarmUpSteps: 200 },
  gated: { l1Coefficient: 2, l1WarmUpSteps: 200 },
}

/** Uniform numbers in [0, 1) from a seed (mulberry32). @param {number} seed */
const randomOf = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}
const seconds = (/** @type {number} */ since) => ((performance.now() - since) / 1000).toFixed(1)

/** When and what is killed: steps ascend, so a kill may fall on a process that has just started. @param {() => number} random */
const planOf = (random) =>
  Array.from({ length: KILLS }, () => ({
    step: Math.floor(LAST * STEPS * random()),
    target: /** @type {'worker' | 'runner'} */ (random() < WORKER_SHARE ? 'worker' : 'runner'),
    wait: Math.floor(WAIT * random()),
  })).sort((a, b) => a.step - b.step)

const stack = await startStack()
const { client } = stack
const { check, end } = openChecks()

/** Waits until a new attempt runs and has come to a step that may be behind it already. */
const reached = async (
  /** @type {{ id: string, jobId: string }} */ { id, jobId },
  /** @type {number} */ attempt,
  /** @type {number} */ step,
) => {
  for (let wait = 0; wait < 2400; wait++) {
    const job = await persist(() => client.getJob({ params: { id: jobId } }))
    if (!['queued', 'running'].includes(job.state)) return null
    if (job.state === 'running' && job.attempt > attempt) {
      const { latest, step: saved } = await persist(() => client.getTraining({ params: { id } }))
      const now = Math.max(saved, job.progress?.done ?? 0)
      if (now >= step || (step === 0 && latest)) return job.attempt
    }
    await pause(50)
  }
  throw new Error(`step ${step} was not reached within two minutes`)
}

/** Kills as planned; returns how many landed, by target. @param {{ id: string, jobId: string }} on @param {ReturnType<typeof planOf>} plan */
const killAsPlanned = async (on, plan) => {
  const landed = { runner: 0, worker: 0 }
  let attempt = 0
  for (const { step, target, wait } of plan) {
    const found = await reached(on, attempt, step)
    if (found === null) break
    await pause(wait)
    const job = await persist(() => client.getJob({ params: { id: on.jobId } }))
    if (job.state !== 'running') break
    process.kill(target === 'worker' ? await pidOf(stack, 'worker') : await runnerPid(stack, on.jobId), 'SIGKILL')
    attempt = job.attempt
    landed[target]++
  }
  return landed
}

/** @param {string} architecture @param {{ modelId: string, tokenizationId: string }} on */
const prove = async (architecture, on) => {
  const params = { architecture, ...COMMON, ...OWN[architecture] }
  const calmBegan = performance.now()
  const calm = await train(client, on, params)
  const calmSeconds = seconds(calmBegan)
  const [weights, metrics] = [await weightsDigest(stack, calm.saeId), await metricsOf(stack, calm.id)]
  console.log(
    `${architecture}: undisturbed ${calmSeconds} s, FVU ${calm.summary?.fvu.toFixed(4)}, L0 ${calm.summary?.l0.toFixed(1)}, weights ${weights.slice(0, 12)}, ${metrics.rows} metric rows`,
  )
  check(calm.step === STEPS && metrics.repeated.length === 0, `${architecture}: the undisturbed one has ${STEPS} steps`)

  const began = performance.now()
  const made = await persist(() => client.createTraining({ body: { ...on, params: /** @type {any} */ (params) } }))
  const id = made.id
  const jobId = String(made.job?.id)
  const landed = await killAsPlanned({ id, jobId }, planOf(randomOf(SEED + Object.keys(OWN).indexOf(architecture))))
  const job = await ended(client, jobId)
  console.log(
    `${architecture}: under kills ${seconds(began)} s, ${landed.runner} of the runner, ${landed.worker} of the worker, ${job.attempt} attempts`,
  )
  const killed = await client.getTraining({ params: { id } })
  check(landed.runner + landed.worker === KILLS && job.attempt > KILLS, `${architecture}: ${KILLS} SIGKILLs landed`)
  check(job.state === 'completed', `${architecture}: completed by itself ${job.error?.message ?? ''}`)
  if (job.state !== 'completed') return
  check((await weightsDigest(stack, killed.saeId)) === weights, `${architecture}: final weights bit-equal`)
  const found = await metricsOf(stack, id)
  check(found.repeated.length === 0, `${architecture}: one metric row per key and step ${found.repeated.join()}`)
  check(found.text === metrics.text, `${architecture}: ${found.rows} metric rows equal, those of the machine apart`)
  const folders = await checkpointFolders(stack, id)
  const listed = killed.checkpoints.map(({ step }) => String(step))
  check(
    folders.join() === listed.join(),
    `${architecture}: checkpoint folders are those that count (${folders.join()})`,
  )
}

console.log(`seed ${SEED}: ${KILLS} kills in ${STEPS} steps`)
try {
  const { modelId, tokenizationId } = await prepare(client, { maxDocuments: 1500 })
  for (const architecture of String(values.architectures).split(',')) {
    await prove(architecture, { modelId, tokenizationId })
  }
  // A runner ends within moments of its worker.
  await pause(3000)
  const left = await orphans(stack)
  check(left.length === 0, `no orphan process ${left.map(({ pid }) => pid).join()}`)
  const unfinished = await unfinishedFiles(stack)
  check(unfinished.length === 0, `no unfinished file ${unfinished.join()}`)
} finally {
  await stack.stop()
}
end()
