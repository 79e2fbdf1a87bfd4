// activation.capture: a tokenization through a model once, activations at the sites into shards, then their statistics.
// A shard that has its name is complete, so a killed capture goes on after it and ends with the same bytes.
import { access, mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import {
  type ActivationCaptureParams,
  AppError,
  type CaptureParams,
  type CaptureSite,
  type CaptureSummary,
  estimateCapture,
  type Site,
  valuesPerToken,
} from '@mistudio/contracts'
import { removeLeftovers, sha256OfFile, TokenReader, writeManifest } from '@mistudio/formats'
import { findSite, type RunnableModel, siteWidth } from '@mistudio/interp/models'
import { folderOf, requireSpace, withFileErrors } from '../files/index.js'
import { withModelErrors } from '../models/errors.js'
import { modelStore } from '../models/model-store.js'
import { contextsPerPass } from '../models/passes.js'
import { type JobContext, pipeline } from '../runner/context.js'
import { checkControl, Interruption } from '../runner/interruption.js'
import { StageProgress } from '../runner/progress.js'
import { measureSites, type StoredCapture } from './measure.js'
import { captureOutcome } from './rows.js'
import { patternRows, shardName, traceRows, writeShard } from './shards.js'
import { StageWatch } from './stage-watch.js'

type Context = JobContext<ActivationCaptureParams>
type Files = CaptureSummary['files']
/** `width`: values stored per token. */
type StoredSite = CaptureSite & Pick<Site, 'kind'>

export const capturePipeline = pipeline('activation.capture', {
  async run(context) {
    const { captureId } = context.job.params
    const folder = folderOf(context.dataDir, 'captures', captureId)
    try {
      const done = await captureOutcome.read(context.db, captureId)
      const summary = done ?? (await withFileErrors(() => withModelErrors(() => capture(context, folder))))
      return { state: 'completed', result: { tokens: summary.tokens, bytes: summary.bytes } }
    } catch (error) {
      if (!(error instanceof Interruption)) throw error
      if (error.outcome.state === 'cancelled') await rm(folder, { recursive: true, force: true })
      return error.outcome
    }
  },
})

async function capture(context: Context, folder: string): Promise<CaptureSummary> {
  context.progress({ stage: 'opening', fraction: null })
  const { params, modelPath, precision, tokenizationId } = context.job.params
  const { model } = await modelStore.open(modelPath, context.threads, precision)
  const tokens = await TokenReader.open(folderOf(context.dataDir, 'tokenizations', tokenizationId))
  try {
    const sites = params.sites.map((name): StoredSite => {
      const site = findSite(model.sites, name)
      const { kind, layer } = site
      return { name, layer, kind, width: valuesPerToken({ kind, width: siteWidth(site) }, tokens.contextSize) }
    })
    const watch = new StageWatch()
    const files = await writeShards(context, folder, model, tokens, sites, watch)
    const stored: StoredCapture = {
      folder,
      shards: files.map(({ name }) => name),
      sites,
      format: params.format,
      tokens: planOf(context, tokens, sites).tokens,
      contextSize: tokens.contextSize,
    }
    return await finish(context, stored, files, watch)
  } finally {
    await tokens.close()
  }
}

function planOf(context: Context, tokens: TokenReader, sites: readonly CaptureSite[]) {
  const { params } = context.job.params
  const available = params.split === 'train' ? tokens.trainContexts : tokens.heldOutContexts
  return estimateCapture(
    params,
    sites.map(({ width }) => width),
    tokens.contextSize,
    available,
  )
}

async function writeShards(
  context: Context,
  folder: string,
  model: RunnableModel,
  tokens: TokenReader,
  sites: readonly StoredSite[],
  watch: StageWatch,
): Promise<Files> {
  const { params } = context.job.params
  const plan = planOf(context, tokens, sites)
  checkTokens(tokens, model, plan.contexts)
  await mkdir(folder, { recursive: true })
  const begin = params.split === 'train' ? 0 : tokens.trainContexts
  const progress = new StageProgress('capturing', 'tokens')
  const files: Files = []
  for (let index = 0; index < plan.shards; index++) {
    const name = shardName(index, params.format)
    const path = join(folder, name)
    const first = index * plan.contextsPerShard
    const count = Math.min(plan.contextsPerShard, plan.contexts - first)
    if (!(await exists(path))) {
      await removeLeftovers(path)
      if (files.length === index) {
        const left = plan.bytes * (1 - index / plan.shards)
        await requireSpace(folder, left, 'The capture', 'Capture fewer tokens or sites')
      }
      const read = (done: number) => {
        context.progress(progress.at((first + done) * tokens.contextSize, plan.tokens, performance.now()))
        checkControl(context.control())
      }
      const written = await watch.time('capturing', count * tokens.contextSize, async () => {
        const rows = await captureContexts(model, tokens, sites, begin + first, count, read)
        return writeShard(folder, name, rows, sites, params)
      })
      files.push({ name, ...written })
    } else files.push({ name, bytes: (await stat(path)).size, sha256: await sha256OfFile(path) })
    checkControl(context.control())
  }
  return files
}

/** Contexts [first, first + count) of the token store through the model. `step(done)` between forward passes. */
async function captureContexts(
  model: RunnableModel,
  tokens: TokenReader,
  sites: readonly StoredSite[],
  first: number,
  count: number,
  step: (done: number) => void,
) {
  const size = tokens.contextSize
  const ids = tokens.read(first, count)
  const activations = new Map(sites.map(({ name, width }) => [name, new Float32Array(count * size * width)]))
  const batch = contextsPerPass(size)
  for (let done = 0; done < count; done += batch) {
    step(done)
    const rows = Math.min(batch, count - done)
    const part = { tokens: ids.subarray(done * size, (done + rows) * size), batch: rows, seq: size }
    const { captured } = await model.forward(part, { capture: sites.map(({ name }) => name) })
    for (const { name, width, kind } of sites) {
      const found = kind === 'pattern' ? patternRows(captured[name]!, width / size, size) : captured[name]!
      activations.get(name)!.set(found, done * size * width)
    }
    // Lets messages of the supervisor in: forward passes block the event loop.
    await setImmediate()
  }
  step(count)
  return { activations, ...traceRows(ids, size, first) }
}

/** Statistics, the manifest, and the row that makes the capture ready. */
async function finish(
  context: Context,
  stored: StoredCapture,
  files: Files,
  watch: StageWatch,
): Promise<CaptureSummary> {
  const { params, modelName, precision, datasetName, tokenizationId, captureId } = context.job.params
  const stage = (name: string, unit: string, total: number) => {
    const progress = new StageProgress(name, unit)
    return async (done: number) => {
      context.progress(progress.at(done, total, performance.now()))
      checkControl(context.control())
      await setImmediate()
    }
  }
  const { sites, tokens, contextSize } = stored
  const values = tokens * sites.reduce((sum, { width }) => sum + width, 0)
  const measured = stage('measuring', 'shards', files.length * sites.length)
  const statistics = await watch.time('measuring', values, () => measureSites(stored, measured))
  const shards = files.map((file, index) => ({ ...file, rows: rowsOf(stored, params, files.length, index) }))
  const dtype = params.dtype
  const shape = sites.map(({ name, width }) => ({ site: name, shape: [tokens, width], dtype }))
  await writeManifest(stored.folder, 'activations', {
    files: Object.fromEntries(files.map(({ name, bytes, sha256 }) => [name, { bytes, sha256 }])),
    data: {
      modelName,
      precision,
      datasetName,
      tokenizationId,
      contextSize,
      split: params.split,
      tokens,
      sites: shape,
      shards,
    },
  })
  const summary: CaptureSummary = {
    tokens,
    contexts: tokens / contextSize,
    files,
    statistics,
    comparisons: [],
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    seconds: watch.seconds(),
    timing: watch.timing(),
  }
  await context.commit(async (tx) => {
    if (!(await captureOutcome.store(tx, captureId, summary)))
      throw new AppError('not_found', 'The capture was deleted while it ran.')
  })
  return summary
}

function rowsOf(stored: StoredCapture, params: CaptureParams, shards: number, index: number): number {
  const { sites, contextSize, tokens } = stored
  const widths = sites.map(({ width }) => width)
  const per = estimateCapture(params, widths, contextSize, tokens / contextSize).contextsPerShard * contextSize
  return index < shards - 1 ? per : tokens - per * (shards - 1)
}

function checkTokens(tokens: TokenReader, model: RunnableModel, contexts: number): void {
  if (contexts === 0) {
    throw new AppError('tokenization_mismatch', 'This split of the tokenization is empty. Choose the other split.')
  }
  if (tokens.vocabSize > model.spec.vocabSize || tokens.contextSize > model.contextLimit) {
    throw new AppError('tokenization_mismatch', 'The tokens do not fit the model. Tokenize the dataset for this model.')
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
