// A data folder of the last version that kept a row for each value of a run: a finished training with an extraction, and one that is
// paused. After the move every value is there, the features are, and the paused training goes on to the same bits.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@mistudio/client'
import { MACHINE_METRICS } from '@mistudio/contracts'
import { ended, extract, pause, train } from '../lib/work.mjs'
import { cloneOlder, ROOT } from './clone.mjs'
import { productIn } from './product.mjs'

/** The last commit with the table `run_metric`. */
const OLD = '5c47a85'
const PARAMS = {
  site: 'blocks.2.hook_resid_post',
  expansion: 8,
  k: 16,
  steps: 600,
  batchSize: 256,
  bufferContexts: 32,
  evalEvery: 200,
  evalTokens: 4096,
  checkpointEvery: 50,
  logEvery: 1,
}
const machine = /** @type {readonly string[]} */ (MACHINE_METRICS)

/** @typedef {import('@mistudio/client').RestClient} Client */

/** Every value of a run as text, and how many there are. @param {Client} client @param {string} id */
const valuesOf = async (client, id) => {
  const { series } = await client.trainingMetrics({ params: { id } })
  const all = Object.entries(series).sort(([a], [b]) => a.localeCompare(b))
  return {
    all: JSON.stringify(all),
    trained: JSON.stringify(all.filter(([key]) => !machine.includes(key))),
    count: all.reduce((sum, [, { steps }]) => sum + steps.length, 0),
  }
}

/** @param {string} dataDir @param {string | null} saeId */
const weights = (dataDir, saeId) =>
  createHash('sha256')
    .update(readFileSync(join(dataDir, 'saes', String(saeId), 'sae_weights.safetensors')))
    .digest('hex')

/** Starts the same training again and pauses it in the middle. @param {Client} client @param {any} on */
const paused = async (client, on) => {
  const made = await client.createTraining({ body: { ...on, name: 'paused', params: PARAMS } })
  const jobId = String(made.job?.id)
  for (let wait = 0; wait < 1200; wait++) {
    const { series } = await client.trainingMetrics({ params: { id: made.id } })
    if ((series['loss']?.steps.at(-1) ?? 0) > PARAMS.steps / 3) break
    await pause(100)
  }
  await client.jobAction({ params: { id: jobId, action: 'pause' } })
  for (let wait = 0; wait < 600; wait++) {
    if ((await client.getJob({ params: { id: jobId } })).state === 'paused') return { id: made.id, jobId }
    await pause(100)
  }
  throw new Error('the training did not pause')
}

/** @param {import('./bench.mjs').Bench} bench */
const runs = async (bench) => {
  const root = bench.folder({ mode: 0o755 })
  const old = join(root, 'old')
  if (!cloneOlder(old, OLD)) return bench.skip('runs of an older version', `commit ${OLD} is not in this clone`)
  const dataDir = join(root, 'data')
  mkdirSync(dataDir, { mode: 0o700 })
  const before = await productIn({ clone: old, dataDir })
  bench.later(before.stop)
  const first = await before.start()
  if (!bench.check(first.status === 0, 'the older version starts', first.output)) return
  const { client: asked, modelId, tokenizationId } = await before.work()
  const on = { modelId, tokenizationId }
  const whole = await train(asked, on, PARAMS)
  const extraction = await extract(asked, String(whole.saeId), tokenizationId, { tokens: 4096, text: 'all' })
  const half = await paused(asked, on)
  const stored = { whole: await valuesOf(asked, whole.id), half: await valuesOf(asked, half.id) }
  const digest = weights(dataDir, whole.saeId)
  await before.stop()

  // Its model lies in the older clone, where an update in place would still find it.
  const env = { MISTUDIO_IMPORT_ROOTS: join(old, 'demo') }
  const product = await productIn({ clone: ROOT, dataDir, port: before.port, env })
  bench.later(product.stop)
  const opened = await product.start()
  if (!bench.check(opened.status === 0, 'the data folder opens', opened.output)) return
  const client = createClient({ baseUrl: product.url, apiKey: await product.key() })
  for (const [name, id] of /** @type {const} */ ([
    ['whole', whole.id],
    ['half', half.id],
  ])) {
    const now = await valuesOf(client, id)
    bench.check(now.all === stored[name].all, `all ${stored[name].count} values of the training (${name}) are there`)
  }
  const { items } = await client.listFeatures({ params: { id: extraction.id } })
  bench.check(items.length > 0, 'the extraction has its features')
  const saes = await client.listSaes()
  bench.check(
    saes.some(({ id }) => id === whole.saeId),
    'the SAE is there',
  )

  await client.jobAction({ params: { id: half.jobId, action: 'resume' } })
  const job = await ended(client, half.jobId)
  bench.check(job.state === 'completed', 'the paused training goes on to its end', job.error?.message)
  const resumed = await client.getTraining({ params: { id: half.id } })
  bench.check(weights(dataDir, resumed.saeId) === digest, 'its weights are those of the undisturbed one, bit for bit')
  const after = await valuesOf(client, half.id)
  bench.check(after.trained === stored.whole.trained, 'its metrics are those of the undisturbed one, each once')
  await product.stop()
}

export const OLD_RUNS = { runs }
