// `mistudio demo`: the main job on the bundled model and corpus, through the same API a browser uses.
import { readFile, realpath, rename, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createClient, type RestClient } from '@mistudio/client'
import { AppError, type Extraction, type Job, type Training, type TrainingSummary } from '@mistudio/contracts'
import { waitForJob } from './wait.js'

const NAMES = {
  model: 'Tiny Stories 1M (demo)',
  dataset: 'Tiny stories (demo)',
  training: 'Demo: blocks.2, 128 → 2,048, k 32',
}
const SITE = 'blocks.2.hook_resid_post'
/** About one million tokens: enough for clear features, short enough for a laptop. */
const TRAINING = {
  site: SITE,
  expansion: 16,
  k: 32,
  steps: 1000,
  batchSize: 1024,
  learningRate: 1e-3,
  warmupSteps: 100,
  decaySteps: 200,
}
interface Stage {
  readonly name: string
  readonly seconds: number
  readonly tokensPerSecond: number | null
}

/** What `demo.json` holds. */
interface DemoReport {
  readonly loss: number
  readonly fvu: number
  readonly l0: number
  readonly dead: number
  readonly ceRecovered: number | null
  readonly stages: readonly Stage[]
  readonly url: string
}

const requireJob = (job: Job | null): Job => {
  if (!job) throw new AppError('internal', 'The server made no job for a stage of the demo.')
  return job
}

/** Runs one stage and times it from the request to the end of its job. */
const stage = async <T extends { job: Job | null }>(
  client: RestClient,
  name: string,
  start: () => Promise<T>,
  rate: (job: Job) => number | null,
): Promise<{ made: T; stage: Stage }> => {
  const began = performance.now()
  const made = await start()
  const job = await waitForJob(client, requireJob(made.job).id, name)
  const seconds = (performance.now() - began) / 1000
  const tokensPerSecond = rate(job)
  const figure = tokensPerSecond === null ? '' : ` · ${Math.round(tokensPerSecond).toLocaleString('en')} tokens/s`
  process.stdout.write(`  ${name}: done in ${seconds.toFixed(1)} s${figure}\n`)
  return { made, stage: { name, seconds, tokensPerSecond } }
}

const none = (): null => null

/** Registers model and corpus unless an earlier demo did, so that a repeated demo adds one training and no copies. */
const prepare = async (
  client: RestClient,
  folder: string,
): Promise<{ modelId: string; tokenizationId: string; stages: Stage[] }> => {
  const stages: Stage[] = []
  // A folder is registered once, under whatever name somebody gave it.
  const modelPath = await realpath(resolve(folder, 'tiny-stories-1m'))
  let model = (await client.listModels()).find((m) => m.path === modelPath && m.status === 'ready')
  if (!model) {
    const done = await stage(
      client,
      'register model',
      () => client.createModel({ body: { path: modelPath, name: NAMES.model } }),
      none,
    )
    stages.push(done.stage)
    model = done.made
  }
  let dataset = (await client.listDatasets()).find((d) => d.name === NAMES.dataset && d.status === 'ready')
  if (!dataset) {
    const source = { type: 'path' as const, path: resolve(folder, 'stories.jsonl') }
    const done = await stage(
      client,
      'import corpus',
      () => client.createDataset({ body: { name: NAMES.dataset, source } }),
      none,
    )
    stages.push(done.stage)
    dataset = done.made
  }
  const [modelId, datasetId] = [model.id, dataset.id]
  const known = (await client.listTokenizations({ query: { datasetId, modelId } })).find((t) => t.status === 'ready')
  if (known) return { modelId, tokenizationId: known.id, stages }
  const done = await stage(
    client,
    'tokenise',
    () => client.createTokenization({ params: { id: datasetId }, body: { modelId, contextSize: 256 } }),
    none,
  )
  const stats = (await client.getTokenization({ params: { id: done.made.id } })).stats
  stages.push({ ...done.stage, tokensPerSecond: stats ? stats.tokens / done.stage.seconds : null })
  return { modelId, tokenizationId: done.made.id, stages }
}

const trainStage = async (
  client: RestClient,
  modelId: string,
  tokenizationId: string,
): Promise<{ training: Training; summary: TrainingSummary; stage: Stage }> => {
  const done = await stage(
    client,
    'train SAE',
    () => client.createTraining({ body: { name: NAMES.training, modelId, tokenizationId, params: TRAINING } }),
    none,
  )
  const training = await client.getTraining({ params: { id: done.made.id } })
  if (!training.summary || !training.saeId)
    throw new AppError('internal', 'The training ended without a summary or an SAE.')
  return {
    training,
    summary: training.summary,
    stage: { ...done.stage, tokensPerSecond: training.summary.tokens / done.stage.seconds },
  }
}

/** Features as the product describes them when nothing is chosen: on held-out text. */
const extractStage = async (
  client: RestClient,
  saeId: string,
  tokenizationId: string,
): Promise<{ extraction: Extraction; stage: Stage }> => {
  const body = { saeId, tokenizationId, params: {} }
  const done = await stage(client, 'extract features', () => client.createExtraction({ body }), none)
  const extraction = await client.getExtraction({ params: { id: done.made.id } })
  return {
    extraction,
    stage: { ...done.stage, tokensPerSecond: (extraction.summary?.tokens ?? 0) / done.stage.seconds },
  }
}

const printSummary = (report: DemoReport, summary: TrainingSummary, { summary: read }: Extraction): void => {
  const total = report.stages.reduce((sum, { seconds }) => sum + seconds, 0)
  const lines = [
    '',
    `  SAE on ${SITE}, ${summary.tokens.toLocaleString('en')} training tokens; figures on ${summary.heldOutTokens.toLocaleString('en')} held-out tokens`,
    `  loss ${summary.loss.toFixed(4)} · FVU ${summary.fvu.toFixed(4)} · L0 ${summary.l0.toFixed(1)} · dead ${(summary.deadShare * 100).toFixed(1)} % · CE recovered ${summary.ceRecovered?.toFixed(4) ?? '–'}`,
    `  harvest ${Math.round(summary.harvestTokensPerSecond).toLocaleString('en')} tokens/s · SAE steps ${Math.round(summary.stepTokensPerSecond).toLocaleString('en')} tokens/s · all stages ${total.toFixed(0)} s`,
    `  features described on ${(read?.tokens ?? 0).toLocaleString('en')} held-out tokens; ${read?.aliveFeatures.toLocaleString('en')} of ${read?.features.toLocaleString('en')} fired`,
    '',
    `  Browse the features: ${report.url}`,
    '',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

const run = async (args: string[]): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: 'string' },
      'key-file': { type: 'string' },
      out: { type: 'string' },
      folder: { type: 'string', default: 'demo' },
    },
  })
  if (!values.url || !values['key-file'] || !values.out)
    throw new AppError('bad_request', 'mistudio demo needs --url, --key-file and --out.')
  const apiKey = (await readFile(values['key-file'], 'utf8')).trim()
  const client = createClient({ baseUrl: values.url, apiKey })
  process.stdout.write('Demo: from a model and a text file to browsable features\n')
  const prepared = await prepare(client, values.folder)
  const { training, summary, stage: trained } = await trainStage(client, prepared.modelId, prepared.tokenizationId)
  const { extraction, stage: extracted } = await extractStage(client, training.saeId ?? '', prepared.tokenizationId)
  const report: DemoReport = {
    loss: summary.loss,
    fvu: summary.fvu,
    l0: summary.l0,
    dead: summary.deadShare,
    ceRecovered: summary.ceRecovered,
    stages: [...prepared.stages, trained, extracted],
    url: `${values.url}/features/${extraction.id}`,
  }
  await writeFile(`${values.out}.tmp`, `${JSON.stringify(report, null, 2)}\n`)
  await rename(`${values.out}.tmp`, values.out)
  printSummary(report, summary, extraction)
}

export const demo = { summary: 'run the bundled demo against a running server (--url, --key-file, --out)', run }
