// Guards: the form's limits are the contract's, the curves hold each step once and in order, unknown values stay unknown.
import { type JobEvent, type Model, TrainingParamsSchema } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { limitsOf, NUMBER_FIELDS, type NumberKey, numberError } from './fields.js'
import { checkDraft, complete, QUICK_START, startDraft, suggestSite, toRequest } from './form.js'
import { MetricStore } from './metric-store.js'
import { CHARTS, chartSeries, judgeMemory, liveTiles } from './prepare.js'

const site = (layer: number, hook = 'hook_resid_post') => ({
  name: `blocks.${layer}.${hook}`,
  layer,
  kind: 'token',
  width: 8,
  shape: 'batch × seq × 8',
})
const ID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const model = { id: ID, sites: [site(0), site(1), site(2), site(3)] } as unknown as Model
const filled = () => ({
  ...startDraft(new URLSearchParams({ modelId: ID, tokenizationId: ID, site: 'blocks.1.hook_resid_post' })),
})

describe('form', () => {
  it('takes every limit from the contract', () => {
    expect(limitsOf('k')).toEqual({ min: 1, max: 1024, whole: true })
    expect(limitsOf('learningRate')).toMatchObject({ max: 1, whole: false })
    for (const key of Object.keys(NUMBER_FIELDS) as NumberKey[]) {
      const { min, max, whole } = limitsOf(key)
      expect(min, key).toBeLessThan(max)
      expect(numberError(key, max + 1), key).not.toBeNull()
      if (whole) expect(numberError(key, min), key).toBeNull()
    }
  })
  it('names what is missing and makes no request of it', () => {
    const draft = startDraft(new URLSearchParams())
    const errors = checkDraft(draft, undefined)
    expect(Object.keys(errors)).toEqual(['modelId', 'site', 'tokenizationId'])
    expect(toRequest(draft, errors)).toBeNull()
  })
  it('sends exactly what is shown', () => {
    const draft = filled()
    draft.params = { ...draft.params, k: 7, lrSchedule: 'cosine' }
    const request = toRequest(draft, checkDraft(draft, model))
    expect(request?.params).toEqual({ ...draft.params, site: 'blocks.1.hook_resid_post' })
    expect(request).not.toHaveProperty('name')
  })
  it('refuses k above d_sae and a warm-up longer than the run', () => {
    const draft = filled()
    draft.params = { ...draft.params, expansion: 1, k: 9, steps: 10, warmupSteps: 11, decaySteps: 0 }
    expect(Object.keys(checkDraft(draft, model))).toEqual(['k', 'warmupSteps'])
    expect(numberError('k', 1.5)).toBe('Type a whole number.')
    expect(numberError('k', null)).toBe('Type a number.')
  })
  it('fills in the only model, a middle site and its tokenization, and keeps choices', () => {
    const tokenizations = [{ id: 't1', modelId: ID }] as never
    expect(complete(startDraft(new URLSearchParams()), [model], tokenizations)).toMatchObject({
      modelId: ID,
      site: 'blocks.2.hook_resid_post',
      tokenizationId: 't1',
    })
    const draft = { ...filled(), tokenizationId: 't1' }
    expect(complete(draft, [model], tokenizations)).toBe(draft)
    expect(suggestSite([])).toBeNull()
  })
  it('repeats the settings of an earlier training and falls back to the defaults for nonsense', () => {
    const settings = JSON.stringify({ ...TrainingParamsSchema.parse({ site: 'x' }), k: 5 })
    expect(startDraft(new URLSearchParams({ settings })).params).toMatchObject({ k: 5, steps: 1000 })
    expect(startDraft(new URLSearchParams({ settings })).params).not.toHaveProperty('site')
    expect(startDraft(new URLSearchParams({ settings: '{"k":"evil"' })).params).toEqual(
      startDraft(new URLSearchParams()).params,
    )
  })
  it('has a quick-start preset the contract accepts', () => {
    expect(TrainingParamsSchema.safeParse({ ...QUICK_START, site: 'x' }).success).toBe(true)
  })
})

const event = (seq: number, step: number, values: Record<string, number | null>): JobEvent => ({
  jobId: ID,
  seq,
  at: '2026-01-01T00:00:00Z',
  type: 'metrics',
  payload: { step, values },
})

describe('MetricStore', () => {
  it('joins snapshot and tail, each step once, the first value kept, in order', () => {
    const store = new MetricStore()
    store.load({ seq: 2, series: { loss: { steps: [10, 20], values: [3, null] } } })
    expect(store.push([event(2, 20, { loss: 9 }), event(4, 40, { loss: 1, l0: 4 }), event(5, 30, { loss: 2 })])).toBe(
      true,
    )
    store.load({ seq: 5, series: { loss: { steps: [10, 20, 30], values: [3, null, 7] } } })
    expect(store.view()['loss']).toEqual({ steps: [10, 20, 30, 40], values: [3, null, 2, 1] })
    expect(store.push([event(6, 40, { loss: 5 })])).toBe(false)
  })
})

it('gives every metric of a chart a series, an empty one before its first value', () => {
  const series = chartSeries(CHARTS[0] as (typeof CHARTS)[number], { loss: { steps: [1], values: [null] } })
  expect(series.map((one) => [one.key, one.x.length])).toEqual([
    ['loss', 1],
    ['mse', 0],
    ['aux', 0],
  ])
})

it('shows a dash for a value that was not measured, never zero, and no alarm for none dead', () => {
  expect(liveTiles({ latest: {}, dSae: 100 }).map((tile) => tile.value)).toEqual(['–', '–', '–', '–'])
  expect(liveTiles({ latest: { dead: 0 }, dSae: 100 })[3]).toMatchObject({ value: '0', tone: 'emerald' })
})

it('compares memory with what is free', () => {
  const memory = { model: 1, buffer: 1, weights: 1, optimiser: 1, batch: 1, total: 5 }
  expect(judgeMemory({ memory: { ...memory, free: 4 } }).word).toBe('does not fit')
  expect(judgeMemory({ memory: { ...memory, free: 6 } }).word).toBe('fits tightly')
  expect(judgeMemory({ memory: { ...memory, free: 60 } }).word).toBe('fits')
})
