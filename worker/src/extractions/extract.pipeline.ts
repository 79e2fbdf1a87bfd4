// extraction.run: reads a dataset through an SAE once and stores what every feature does. Composition only; the parts
// are beside it.
import { AppError, type ExtractionRunParams, type ExtractionSummary } from '@mistudio/contracts'
import { FeatureAccumulator, FidelityAccumulator } from '@mistudio/interp/features'
import { withSaeErrors } from '../features/index.js'
import { folderOf } from '../files/index.js'
import { withModelErrors } from '../models/errors.js'
import { type Interrupted, type JobContext, pipeline } from '../runner/context.js'
import { checkControl, Interruption } from '../runner/interruption.js'
import { StageProgress } from '../runner/progress.js'
import { runtime } from '../runtime/index.js'
import { type Checkpoints, openCheckpoints, restore } from './checkpoint.js'
import { contextTexts } from './context-texts.js'
import { describeDecoder, reachesOutput } from './decoder-stage.js'
import { measureOutputScale } from './final-norm.js'
import { contextSource, type OpenedParts, openParts } from './open.js'
import { type Pass, readingOrder, tokensRead } from './pass.js'
import { type ReadingState, readContexts } from './reading.js'
import { requireMemory } from './resources.js'
import { attachTables, dropTables, extractionOutcome } from './rows.js'
import { summarise } from './summary.js'
import { writeRows } from './write-rows.js'

type Context = JobContext<ExtractionRunParams>

/**
 * Idempotent: a finished extraction answers at once, a checkpoint is taken up, tables of earlier attempts are dropped.
 */
export const extractPipeline = pipeline('extraction.run', {
  async run(context) {
    const { extractionId } = context.job.params
    const checkpoints = openCheckpoints(folderOf(context.dataDir, 'extractions', extractionId), context.job.params)
    try {
      const summary =
        (await extractionOutcome.read(context.db, context.job.params.extractionId)) ??
        (await withModelErrors(() => withSaeErrors(() => extract(context, checkpoints))))
      await checkpoints.remove()
      return { state: 'completed', result: summary }
    } catch (error) {
      if (!(error instanceof Interruption)) throw error
      return await interrupted(context, checkpoints, error.outcome)
    }
  },
})

async function interrupted(context: Context, checkpoints: Checkpoints, outcome: Interrupted): Promise<Interrupted> {
  if (outcome.state === 'cancelled') {
    await context.commit((tx) => dropTables(tx, context.job.params.extractionId))
    await checkpoints.remove()
  }
  return outcome
}

async function extract(context: Context, checkpoints: Checkpoints): Promise<ExtractionSummary> {
  const { params } = context.job.params
  context.progress({ stage: 'opening', fraction: null })
  const parts = await openParts(context.db, context.dataDir, context.job.params, context.threads)
  try {
    requireMemory(parts.sae.dSae, params)
    const { pass, from } = await preparePass(context, parts, checkpoints)
    const order = readingOrder(pass.source, params)
    const reading = await readContexts(context, pass, order, from, checkpoints)
    return await store(context, parts, pass, reading, order)
  } finally {
    await parts.tokens.close()
  }
}

/** A fresh pass, or one that goes on from the checkpoint. A damaged checkpoint costs the work, not the result. */
async function preparePass(
  context: Context,
  parts: OpenedParts,
  checkpoints: Checkpoints,
): Promise<{ pass: Pass; from: ReadingState }> {
  const { sae, model, tokens, site } = parts
  const { params } = context.job.params
  const restored = await checkpoints
    .load()
    .then(
      (found) => found && { ...restore(found, sae.dIn, sae.dSae, params), done: found.done, seconds: found.seconds },
    )
    .catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      context.log('warn', `The checkpoint cannot be used, reading starts again: ${reason}`)
      return null
    })
  const pass: Pass = {
    accumulator: restored?.accumulator ?? new FeatureAccumulator(sae.dSae, params),
    fidelity: restored?.fidelity ?? new FidelityAccumulator(sae.dIn),
    source: contextSource(tokens),
    capture: (ids, batch, seq) => model.capture({ tokens: ids, batch, seq }, site),
    encoder: sae,
    excludedToken: params.excludeBos ? tokens.bosTokenId : null,
  }
  return { pass, from: { done: restored?.done ?? 0, seconds: restored?.seconds ?? 0 } }
}

/**
 * Everything after the reading: decoder comparisons, rows, indexes, and the one transaction that makes all of it
 * visible.
 */
async function store(
  context: Context,
  parts: OpenedParts,
  pass: Pass,
  reading: ReadingState,
  order: Uint32Array,
): Promise<ExtractionSummary> {
  const { extractionId, params } = context.job.params
  const { tokenizer, sae, model, site } = parts
  const { source } = pass
  const scale = reachesOutput(site) ? await measureOutputScale(model, source, order, pass.excludedToken) : null
  const decoder = await describeDecoder(context, runtime, parts, { ...params, outputScale: scale })
  const stages = {
    rows: new StageProgress('writing', 'features'),
    indexes: new StageProgress('indexing', 'indexes'),
  }
  const examples = await writeRows({
    db: context.db,
    commit: context.commit,
    extractionId,
    attempt: context.job.attempt,
    features: sae.dSae,
    findings: { ...decoder, accumulator: pass.accumulator, quantiles: params.quantiles },
    texts: contextTexts(source.contextSize, source.tokens, (ids) => tokenizer.spans(ids)),
    tokenText: (id) => tokenizer.display(id),
    onProgress(stage, done, total) {
      checkControl(context.control())
      context.progress(stages[stage].at(done, total, performance.now()))
    },
  })
  const read = tokensRead(source, params.text, order.subarray(0, reading.done))
  const summary = { ...summarise(pass, sae.dSae, examples, reading), read, outputScale: scale }
  await context.commit(async (tx) => {
    await attachTables(tx, extractionId, context.job.attempt)
    if (!(await extractionOutcome.store(tx, extractionId, summary)))
      throw new AppError('not_found', 'The extraction was deleted while it ran.')
  })
  return summary
}
