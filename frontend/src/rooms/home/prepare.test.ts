import type { Dataset, Extraction, Model, Steering } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { places } from '../../places/index.js'
import { checklist, demoTarget, type HomeData, lastResults } from './prepare.js'

const nothing: HomeData = {
  models: [],
  datasets: [],
  tokenizations: [],
  saes: [],
  extractions: [],
  steering: [],
}
const model = (over: Partial<Model>): Model => ({
  id: 'm',
  name: 'tiny',
  notes: '',
  tags: [],
  path: '/x',
  hub: null,
  damage: null,
  status: 'ready',
  precision: 'float32',
  spec: null,
  structure: null,
  sites: [],
  absentSites: [],
  selfCheck: null,
  parity: null,
  warnings: [],
  job: null,
  version: 'v',
  createdAt: '2026-01-02T00:00:00Z',
  ...over,
})
const steering = (variants: number): Steering => ({
  id: 's',
  name: null,
  modelId: 'm',
  modelName: 'tiny',
  precision: 'float32',
  extractionId: null,
  saeId: null,
  site: null,
  request: {
    modelId: 'm',
    prompt: 'Once',
    variants: Array.from({ length: variants }, () => ({
      features: [{ index: 1, strength: 1, action: 'add' as const }],
    })),
    sampling: { maxTokens: 1, temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 0 },
    scope: 'all',
    stop: [],
    alternatives: 0,
  },
  result: { completions: [], milliseconds: 1 },
  job: null,
  version: 'v',
  createdAt: '2026-01-03T00:00:00Z',
})

describe('Home', () => {
  it('ticks a step only when the thing is really ready', () => {
    expect(checklist(nothing).some((step) => step.done)).toBe(false)
    expect(checklist({ ...nothing, models: [model({ status: 'importing' })] })[0]?.done).toBe(false)
    expect(checklist({ ...nothing, models: [model({})] })[0]?.done).toBe(true)
  })
  it('does not take plain generation for steering', () => {
    expect(checklist({ ...nothing, steering: [steering(0)] }).at(-1)?.done).toBe(false)
    expect(checklist({ ...nothing, steering: [steering(1)] }).at(-1)?.done).toBe(true)
  })
  it('sends to the dataset that waits for its tokens', () => {
    const dataset = { id: 'd', name: 'd', status: 'ready', stats: null } as Dataset
    expect(checklist({ ...nothing, datasets: [dataset] })[2]?.action.to).toBe('/datasets/d?tab=tokenizations')
  })
  it('opens the bench on the extraction that is ready', () => {
    const extraction = { id: 'e', status: 'ready', summary: null } as Extraction
    const address = new URL(checklist({ ...nothing, extractions: [extraction] }).at(-1)?.action.to ?? '', 'http://x')
    expect(address.pathname).toBe(places.steering.path)
    expect(places.steering.read({}, address.searchParams)).toMatchObject({ extraction: 'e' })
  })
  it('offers the demo only when there are features to show', () => expect(demoTarget(nothing)).toBeNull())
  it('lists the newest results first', () => {
    const results = lastResults({ ...nothing, models: [model({})], steering: [steering(2)] })
    expect(results.map((result) => result.key)).toEqual(['steer-s', 'model-m'])
  })
})
