// model.tensor: answers the statistics of one tensor, read from the file in pieces; kept for the next time.
import { AppError, ModelTensorParamsSchema, type TensorStatistics } from '@mistudio/contracts'
import type { z } from 'zod'
import { type JobContext, type OutcomeOf, pipeline } from '../../runner/context.js'
import { withModelErrors } from '../errors.js'
import { openWeightsFolder } from '../model-folder.js'
import { fingerprint } from '../model-store.js'
import { StatisticsCache } from './cache.js'
import { tensorStatistics } from './statistics.js'

type Params = z.infer<typeof ModelTensorParamsSchema>

/** Ends the reading when the question was taken back. */
class TakenBack extends Error {}

async function* whileWanted(
  pieces: AsyncIterable<Float32Array>,
  context: JobContext<Params>,
): AsyncGenerator<Float32Array> {
  for await (const piece of pieces) {
    if (context.control() !== 'run') throw new TakenBack()
    yield piece
  }
}

async function statisticsOf(context: JobContext<Params>): Promise<TensorStatistics> {
  const { modelId, path, tensor } = context.job.params
  const { source } = await openWeightsFolder(path)
  if (!source.names().includes(tensor))
    throw new AppError('not_found', `The model's files hold no tensor "${tensor}". Reload the list.`)
  const cache = new StatisticsCache(context.dataDir, modelId, await fingerprint(path))
  const kept = await cache.get(tensor)
  if (kept) return kept
  const { shape } = source.info(tensor)
  const found = await tensorStatistics(tensor, shape, () => whileWanted(source.float32Pieces(tensor), context))
  await cache.put(found)
  return found
}

async function run(context: JobContext<Params>): Promise<OutcomeOf<'model.tensor'>> {
  try {
    return { state: 'completed', result: await withModelErrors(() => statisticsOf(context)) }
  } catch (error) {
    if (!(error instanceof TakenBack)) throw error
    return { state: context.control() === 'suspend' ? 'suspended' : 'cancelled' }
  }
}

export const tensorPipeline = pipeline('model.tensor', {
  run,
})
