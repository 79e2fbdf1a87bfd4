// Steps of the main job through the API, for chaos tests and benchmarks.
import { resolve } from 'node:path'

export const DEMO = resolve(import.meta.dirname, '../../demo')
export const pause = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms))

const ENDED = ['completed', 'completed_with_errors', 'failed', 'cancelled']

/** Calls until it does not throw `unavailable`; for moments when the server is being killed. @template T @param {() => Promise<T>} ask */
export const persist = async (ask, seconds = 90) => {
  const end = Date.now() + seconds * 1000
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const passing =
        error instanceof Error && 'code' in error && ['unavailable', 'internal'].includes(String(error.code))
      if (!passing || Date.now() > end) throw error
      await pause(300)
    }
  }
}

/** Waits for the end of a job. @param {import('@mistudio/client').RestClient} client @param {string} id */
export const ended = async (client, id, seconds = 1800) => {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    const job = await persist(() => client.getJob({ params: { id } }))
    if (ENDED.includes(job.state)) return job
    await pause(250)
  }
  throw new Error(`job ${id} did not end within ${seconds} s`)
}

/** @param {import('@mistudio/client').RestClient} client @param {{ job: { id: string } | null }} made */
const completed = async (client, made) => {
  if (!made.job) throw new Error('no job was made')
  const job = await ended(client, made.job.id)
  if (job.state !== 'completed') throw new Error(`${job.kind} ${job.state}: ${job.error?.message}`)
  return job
}

/**
 * Registers a model, imports a corpus and tokenises it.
 * @param {import('@mistudio/client').RestClient} client
 * @param {{ model?: string, corpus?: string, contextSize?: number, maxDocuments?: number }} [what]
 */
export const prepare = async (
  client,
  {
    model = resolve(DEMO, 'tiny-stories-1m'),
    corpus = resolve(DEMO, 'stories.jsonl'),
    contextSize = 256,
    maxDocuments,
  } = {},
) => {
  const made = await client.createModel({ body: { path: model, name: 'model' } })
  await completed(client, made)
  const dataset = await client.createDataset({
    body: { name: 'corpus', source: { type: 'path', path: corpus }, textColumn: 'text' },
  })
  await completed(client, dataset)
  const tokenization = await client.createTokenization({
    params: { id: dataset.id },
    body: { modelId: made.id, contextSize, ...(maxDocuments ? { maxDocuments } : {}) },
  })
  await completed(client, tokenization)
  return { modelId: made.id, datasetId: dataset.id, tokenizationId: tokenization.id }
}

/** Trains to the end. @param {import('@mistudio/client').RestClient} client @param {{modelId: string, tokenizationId: string}} on @param {any} params */
export const train = async (client, on, params) => {
  const training = await client.createTraining({
    body: { modelId: on.modelId, tokenizationId: on.tokenizationId, params },
  })
  await completed(client, training)
  return client.getTraining({ params: { id: training.id } })
}

/** Extracts to the end. @param {import('@mistudio/client').RestClient} client @param {string} saeId @param {string} tokenizationId @param {any} params */
export const extract = async (client, saeId, tokenizationId, params = {}) => {
  const extraction = await client.createExtraction({ body: { saeId, tokenizationId, params } })
  await completed(client, extraction)
  return client.getExtraction({ params: { id: extraction.id } })
}
