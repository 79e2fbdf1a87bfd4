// Guards: the form's limits are the contract's, the curves hold each step once and in order, unknown values stay unknown.
import {
  type Capture,
  type Model,
  optionsOf,
  SAE_TRAINING_ARCHITECTURES,
  type Tokenization,
  TRAINING_METRICS,
  TrainingParamsSchema,
} from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { axisOf } from './axis.js'
import { offeredSites, trainableCaptures, withCapture } from './capture-choice.js'
import {
  checkDraft,
  complete,
  dSaeOf,
  overridesOf,
  QUICK_START,
  siteOf,
  startDraft,
  suggestSite,
  toRequest,
} from './form.js'
import {
  ADVANCED_GROUPS,
  BASIC_GROUPS,
  defaultsOf,
  isShown,
  optionsIn,
  valueError,
  withArchitecture,
  withTyped,
} from './options.js'
import { CHARTS, chartSeries, chartsOf, judgeMemory, liveTiles, ofTheText } from './prepare.js'
import { planSweep, type SweepRow } from './sweep.js'

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
  ...startDraft({ modelId: ID, tokenizationId: ID, site: 'blocks.1.hook_resid_post' }),
})

it('says how much of the text is read as people would', () => {
  expect([0.1006, 0.5, 1, 2.5].map(ofTheText)).toEqual([
    '10 % of the text',
    '50 % of the text',
    'the whole text once',
    '2.5 times the text',
  ])
})

describe('form', () => {
  it('names what is missing and makes no request of it', () => {
    const draft = startDraft({})
    const errors = checkDraft(draft, { model: undefined })
    expect(Object.keys(errors)).toEqual(['modelId', 'site', 'tokenizationId'])
    expect(toRequest(draft, errors)).toBeNull()
  })
  it.each(SAE_TRAINING_ARCHITECTURES)(
    '%s: shows its own options only, and sends exactly what is shown',
    (architecture) => {
      const before = filled()
      const values = withArchitecture(before.values, before.architecture, architecture)
      const draft = { ...before, architecture, values }
      const shown = [...BASIC_GROUPS, ...ADVANCED_GROUPS].flatMap((group) => optionsIn(group, architecture, values))
      for (const key of shown) expect(optionsOf(architecture), key).toContain(key)
      const request = toRequest(draft, checkDraft(draft, { model }))
      expect(request?.params).toMatchObject({ architecture, site: 'blocks.1.hook_resid_post' })
      expect(request?.params).toMatchObject(Object.fromEntries(shown.map((key) => [key, values[key]])))
      expect(request).not.toHaveProperty('name')
    },
  )
  it('another architecture takes its own defaults and keeps what was typed', () => {
    const typed = { ...defaultsOf('topk'), steps: 7, decoderInitNorm: 0.1 }
    const pursuit = withArchitecture(typed, 'topk', 'matching_pursuit')
    expect(pursuit).toMatchObject({ steps: 7, decoderInitNorm: 1, maxIterations: 32 })
    expect(withArchitecture({ ...pursuit, decoderInitNorm: 3 }, 'matching_pursuit', 'topk')).toMatchObject({
      decoderInitNorm: 3,
      k: 32,
    })
  })
  it('another sparsity loss brings what it is made for, and keeps what was typed', () => {
    const usual = defaultsOf('jumprelu')
    expect(withTyped('jumprelu', usual, { sparsityLoss: 'step' })).toEqual({
      ...usual,
      sparsityLoss: 'step',
      bandwidth: 0.05,
      initThreshold: 0.01,
      preActCoefficient: null,
    })
    expect(
      withTyped('jumprelu', withTyped('jumprelu', usual, { sparsityLoss: 'quadratic' }), { sparsityLoss: 'tanh' }),
    ).toEqual(usual)
    expect(withTyped('jumprelu', { ...usual, bandwidth: 1 }, { sparsityLoss: 'step' })).toMatchObject({ bandwidth: 1 })
  })
  it('fewer steps shorten the schedules that were left alone, and no others', () => {
    const usual = defaultsOf('standard')
    const short = withTyped('standard', usual, { steps: 80 })
    expect(short).toMatchObject({ steps: 80, warmupSteps: 8, decaySteps: 16, l1WarmUpSteps: 8 })
    const emptied = withTyped('standard', short, { steps: null })
    expect(withTyped('standard', emptied, { steps: usual['steps'] })).toEqual(usual)
    expect(withTyped('standard', { ...usual, l1WarmUpSteps: 50 }, { steps: 80 })).toMatchObject({ l1WarmUpSteps: 50 })
  })
  it('hides options that another choice makes idle, and does not send them', () => {
    const values = { ...defaultsOf('jumprelu'), sparsityLoss: 'tanh', lrSchedule: 'cosine' }
    expect(isShown('tanhScale', values)).toBe(true)
    expect(isShown('decaySteps', values)).toBe(false)
    expect(isShown('lrCycles', values)).toBe(false)
    expect(isShown('applyBDecToInput', { ...values, site: 'a', outputSite: 'b' })).toBe(false)
    const draft = {
      ...filled(),
      architecture: 'jumprelu' as const,
      values: { ...values, site: site(1).name, decaySteps: 9 },
    }
    expect(toRequest(draft, checkDraft(draft, { model }))?.params.decaySteps).toBe(200)
  })
  it('refuses values out of their limits, k above d_sae and a warm-up longer than the run', () => {
    const draft = filled()
    const values = { ...draft.values, expansion: 1, k: 9, steps: 10, warmupSteps: 11, decaySteps: 0 }
    expect(Object.keys(checkDraft({ ...draft, values }, { model })).sort()).toEqual(['k', 'warmupSteps'])
    expect(valueError('topk', 'k', 1.5)).toBe('Type a whole number.')
    expect(valueError('batchtopk', 'k', 1.5)).toBeNull()
    expect(valueError('topk', 'k', null)).toBe('Type a number.')
    expect(valueError('gated', 'targetL0', null)).toBeNull()
    expect(valueError('matryoshka_batchtopk', 'matryoshkaShares', [0.5, 2])).not.toBeNull()
  })
  it('marks fields that do not go together, and text that is too short, with the words of the server', () => {
    const { values } = filled()
    const normalised = { ...filled(), values: { ...values, normalizeActivations: 'layer_norm' } }
    expect(checkDraft(normalised, { model }).auxCoefficient).toMatch(/not defined under layer_norm/)
    const away = { ...values, outputSite: site(3).name, normalizeActivations: 'covariance_whitening' }
    expect(Object.keys(checkDraft({ ...filled(), values: away }, { model }))).toEqual(['normalizeActivations'])
    const stats = { trainContexts: 3, heldOutContexts: 1 }
    const tokenization = { modelId: ID, modelName: 'm', contextSize: 128, prependBos: true, stats } as Tokenization
    const errors = checkDraft(filled(), { model, tokenization })
    expect(errors.tokenizationId).toBe('The dataset gives 381 training tokens; one step needs 1024.')
    const small = { ...filled(), values: { ...values, bufferContexts: 1 } }
    const enough = { ...tokenization, stats: { ...stats, trainContexts: 900 } } as Tokenization
    expect(checkDraft(small, { model, tokenization: enough })).toEqual({
      bufferContexts: 'The buffer must hold at least one batch: 9 contexts.',
    })
  })
  it('fills in the only model, a middle site and its tokenization, and keeps choices', () => {
    const tokenizations = [{ id: 't1', modelId: ID }] as never
    const completed = complete(startDraft({}), [model], tokenizations)
    expect(completed).toMatchObject({ modelId: ID, tokenizationId: 't1' })
    expect(siteOf(completed)).toBe('blocks.2.hook_resid_post')
    const draft = { ...filled(), tokenizationId: 't1' }
    expect(complete(draft, [model], tokenizations)).toBe(draft)
    expect(suggestSite([])).toBeNull()
  })
  it('repeats the settings of an earlier training and falls back to the defaults for nonsense', () => {
    const params = TrainingParamsSchema.parse({ architecture: 'gated', site: 'x', l1Coefficient: 5 })
    const again = startDraft({ settings: JSON.stringify(params) })
    expect(again).toMatchObject({ architecture: 'gated', values: { l1Coefficient: 5, steps: 1000, site: '' } })
    expect(startDraft({ settings: '{"k":"evil"' })).toEqual(startDraft({}))
  })
  it('a branch sends only what was changed', () => {
    const params = TrainingParamsSchema.parse({ architecture: 'matryoshka_batchtopk', site: 'x' })
    expect(overridesOf({ ...params, learningRate: 0.5, steps: 9 }, params)).toEqual({ learningRate: 0.5, steps: 9 })
    expect(overridesOf(params, params)).toEqual({})
  })
  it('has a quick-start preset the contract accepts', () => {
    expect(TrainingParamsSchema.safeParse({ ...QUICK_START, site: 'x' }).success).toBe(true)
  })
})

describe('a capture as the source', () => {
  const captured = (over: object = {}) =>
    ({
      id: 'c',
      modelId: ID,
      tokenizationId: 't2',
      status: 'ready',
      params: { split: 'train', dtype: 'float16' },
      sites: [site(1), site(3)],
      ...over,
    }) as unknown as Capture

  it('is offered when it is finished, of the model, and of training text that is still there', () => {
    const others = [
      captured({ status: 'running' }),
      captured({ modelId: 'other' }),
      captured({ tokenizationId: null }),
      captured({ params: { split: 'held_out' } }),
    ]
    expect(trainableCaptures([...others, captured()], ID)).toEqual([captured()])
  })
  it('brings its tokens and keeps only sites that it holds, once', () => {
    const before = filled()
    const values = { ...before.values, moreSites: ['blocks.2.hook_resid_post', 'blocks.3.hook_resid_post'] }
    const draft = { ...before, captureId: 'c', values: { ...values, outputSite: 'blocks.2.hook_resid_post' } }
    const fitted = withCapture(draft, [captured()])
    expect(fitted).toMatchObject({
      tokenizationId: 't2',
      values: { site: 'blocks.1.hook_resid_post', moreSites: ['blocks.3.hook_resid_post'], outputSite: null },
    })
    expect(withCapture(fitted, [captured()])).toBe(fitted)
    expect(withCapture(draft, undefined)).toBe(draft)
    expect(withCapture(draft, []).captureId).toBe('')
    expect(offeredSites(model.sites, captured()).map(({ name }) => name)).toEqual([
      'blocks.1.hook_resid_post',
      'blocks.3.hook_resid_post',
    ])
  })
  it('goes into the request; without one the model is read', () => {
    const draft = { ...filled(), captureId: ID }
    expect(toRequest(draft, checkDraft(draft, { model }))?.captureId).toBe(ID)
    expect(toRequest(filled(), checkDraft(filled(), { model }))).not.toHaveProperty('captureId')
  })
})

describe('a crosscoder', () => {
  const draft = (over: object) => {
    const before = filled()
    return { ...before, values: { ...before.values, moreSites: ['blocks.3.hook_resid_post'], ...over } }
  }
  it('is sent with its sites, and has as many features as its widest site asks for', () => {
    const request = toRequest(draft({}), checkDraft(draft({}), { model }))
    expect(request?.params.moreSites).toEqual(['blocks.3.hook_resid_post'])
    expect(dSaeOf(draft({ expansion: 4 }), model)).toBe(32)
  })
  it('says which scalings it does not take', () => {
    const errors = checkDraft(draft({ normalizeActivations: 'layer_norm' }), { model })
    expect(Object.keys(errors).sort()).toEqual(['auxCoefficient', 'normalizeActivations'])
  })
})

describe('sweep', () => {
  const plan = (...rows: [SweepRow['key'], string][]) =>
    planSweep(
      rows.map(([key, text], id) => ({ id, key, text })),
      'topk',
      defaultsOf('topk'),
    )
  it('becomes a grid, and counts trainings and the jobs that share forward passes', () => {
    expect(plan(['k', '16, 32 64'], ['learningRate', '1e-3 1e-4'])).toMatchObject({
      grid: { k: [16, 32, 64], learningRate: [1e-3, 1e-4] },
      trainings: 6,
      jobs: 1,
    })
    expect(plan(['k', '16,32'], ['batchSize', '256, 512, 1024'])).toMatchObject({ trainings: 6, jobs: 3 })
    expect(plan(['architecture', 'topk, gated'], ['excludeBos', 'on, off'])).toMatchObject({
      grid: { architecture: ['topk', 'gated'], excludeBos: [true, false] },
      jobs: 2,
    })
    expect(plan(['expansion', Array.from({ length: 20 }, (_, n) => n + 1).join()])).toMatchObject({
      trainings: 20,
      jobs: 2,
    })
  })
  it('says what is wrong, row by row', () => {
    const wrong = plan(['k', '16, x'], ['steps', '0'], ['lrSchedule', 'linear, square'], ['seed', ''], ['k', '4'])
    expect(wrong.grid).toBeNull()
    expect([...wrong.errors.keys()]).toEqual([0, 1, 2, 3])
    const many = Array.from({ length: 9 }, (_, n) => n + 1).join()
    expect(plan(['k', many], ['expansion', many])).toMatchObject({ grid: null, error: expect.stringContaining('81') })
  })
})

it('gives every metric one chart, and a series there before its first value', () => {
  const loss = { steps: [1], values: [null], at: [1], last: [null], width: 1, bad: [{ step: 1, word: 'NaN' }] }
  const axis = axisOf('step', { params: TrainingParamsSchema.parse({ site: 's' }), parent: null }, {})
  const series = axis && chartSeries(CHARTS[0] as (typeof CHARTS)[number], { loss }, axis)
  expect(series?.map((one) => [one.key, one.x, one.bad])).toEqual([['loss', [1], [{ x: 1, word: 'NaN' }]]])
  expect(chartsOf({ loss }).drawn.map(({ title }) => title)).toEqual(['Loss'])
  expect(chartsOf({ loss }).missing).not.toContain('FVU per site, held out')
  const all = CHARTS.flatMap(({ keys }) => keys)
  expect(new Set(all).size).toBe(all.length)
  // Ends of intervals stand with the figures.
  const drawn = Object.keys(TRAINING_METRICS).filter((key) => !/_(low|high)$/.test(key))
  expect([...all].sort()).toEqual(drawn.sort())
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
