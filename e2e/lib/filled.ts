// One small thing of every kind, made by the product itself, for journeys that look at pages with something on them.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { prepared } from './prepared.js'
import { ended, extract, train } from './work.mjs'
import type { World } from './world.js'

export interface Filled {
  readonly modelId: string
  readonly datasetId: string
  readonly trainings: readonly string[]
  readonly saeId: string
  readonly extractionId: string
  readonly captures: readonly string[]
  readonly steeringId: string
  readonly jobId: string
}

const SITES = ['blocks.0.hook_resid_post', 'blocks.1.hook_resid_post']

/** Trainings of a few steps: what is looked at is their pages, not their quality. */
export const filled = async (w: World): Promise<Filled> => {
  const { client } = w
  // Kept with the stack: a second try finds it.
  const kept = join(w.dataDir, 'import', 'filled.json')
  const before = await readFile(kept, 'utf8').catch(() => null)
  if (before) return JSON.parse(before)
  const { modelId, datasetId, tokenizationId } = await prepared(w)
  const on = { modelId, tokenizationId }
  const params = { site: SITES[1], expansion: 4, k: 8, steps: 60 }
  const first = await train(client, on, params)
  const second = await train(client, on, { ...params, k: 12 })
  const extraction = await extract(client, String(first.saeId), tokenizationId, { tokens: 8000 })
  const captures: string[] = []
  for (let at = 0; at < 2; at++) {
    const capture = await client.createCapture({ body: { tokenizationId, params: { sites: SITES, tokens: 2048 } } })
    await ended(client, String(capture.job?.id))
    captures.push(capture.id)
  }
  const { items } = await client.listFeatures({ params: { id: extraction.id }, query: { limit: 2 } })
  const [one, two] = items
  if (!one || !two) throw new Error('the extraction found no features that fire')
  await client.annotateFeature({ params: { id: extraction.saeId, index: one.index }, body: { label: 'a first label' } })
  const steering = await client.createSteering({
    body: {
      modelId,
      extractionId: extraction.id,
      prompt: 'Once upon a time',
      variants: [{ features: [{ index: one.index, strength: 1 }] }, { features: [{ index: two.index, strength: 2 }] }],
      sampling: { maxTokens: 12, seed: 1 },
    },
  })
  await ended(client, String(steering.job?.id))
  const made = {
    modelId,
    datasetId,
    trainings: [first.id, second.id],
    saeId: extraction.saeId,
    extractionId: extraction.id,
    captures,
    steeringId: steering.id,
    jobId: String(first.job?.id),
  }
  await writeFile(kept, JSON.stringify(made))
  return made
}
