// The rules of trainings by what they refuse, and at which field. What the server and the form make of them is tested there.
import { describe, expect, it } from 'vitest'
import type { Site } from '../models/schemas.js'
import { OverridesSchema, SAE_TRAINING_ARCHITECTURES, TrainingParamsSchema, withOverrides } from './params.js'
import { type TrainingData, trainingIssues } from './rules.js'

const site = (name: string, width: number, kind: Site['kind'] = 'token') => ({ name, width, kind }) as Site
const data: TrainingData = {
  model: { id: 'm', name: 'tiny', sites: [site('in', 8), site('out', 4), site('pattern', 2, 'pattern')] },
  tokenization: {
    modelId: 'm',
    modelName: 'tiny',
    contextSize: 100,
    prependBos: true,
    stats: { trainContexts: 1000, heldOutContexts: 10 } as NonNullable<TrainingData['tokenization']>['stats'],
  },
  capture: null,
}
const fields = (params: Record<string, unknown>, over: Partial<TrainingData> = {}) =>
  trainingIssues(TrainingParamsSchema.parse({ site: 'in', ...params }), { ...data, ...over }).map(({ field }) => field)

describe('rules of trainings', () => {
  it.each(SAE_TRAINING_ARCHITECTURES)('find nothing wrong with what %s begins with', (architecture) => {
    expect(fields({ architecture })).toEqual([])
  })

  it.each(SAE_TRAINING_ARCHITECTURES)('let a sweep name every option of %s', (architecture) => {
    const whole = TrainingParamsSchema.parse({ site: 'in', architecture })
    const begun = TrainingParamsSchema.parse({ site: 'in' })
    expect(withOverrides(begun, OverridesSchema.parse(whole))).toEqual(whole)
  })

  it.each([
    ['more features per token than there are', { k: 200, expansion: 16 }, ['k']],
    ['a target above the features there are', { architecture: 'gated', targetL0: 900 }, ['targetL0']],
    ['an auxiliary loss under layer_norm', { normalizeActivations: 'layer_norm' }, ['auxCoefficient']],
    [
      'ghost gradients under constant_norm_rescale',
      { architecture: 'standard', revival: 'ghost_grads', normalizeActivations: 'constant_norm_rescale' },
      ['revival'],
    ],
    [
      'the quadratic loss without a target',
      { architecture: 'jumprelu', sparsityLoss: 'quadratic', targetL0: null },
      ['targetL0'],
    ],
    [
      'whitening of a transcoder',
      { outputSite: 'out', normalizeActivations: 'covariance_whitening' },
      ['normalizeActivations'],
    ],
    [
      'a transcoder that encodes with its decoder',
      { architecture: 'matching_pursuit', outputSite: 'out' },
      ['architecture'],
    ],
    [
      'a crosscoder that encodes with its decoder',
      { architecture: 'matching_pursuit', moreSites: ['out'] },
      ['architecture'],
    ],
    [
      'whitening without an encoder',
      { architecture: 'matching_pursuit', normalizeActivations: 'covariance_whitening' },
      ['normalizeActivations'],
    ],
    ['a site twice in a crosscoder', { moreSites: ['in'] }, ['moreSites']],
    ['a warm-up longer than the run', { steps: 10, warmupSteps: 11, decaySteps: 0 }, ['warmupSteps']],
    ['a site that is not there', { site: 'nowhere' }, ['site']],
    ['attention weights', { site: 'pattern' }, ['site']],
    ['a buffer below one batch', { bufferContexts: 2 }, ['bufferContexts']],
    ['contexts without a position left', { skipPositions: 100 }, ['tokenizationId', 'skipPositions']],
  ])('refuse %s', (_, params, wanted) => {
    expect(fields(params)).toEqual(wanted)
  })

  it('say nothing about what is not chosen yet', () => {
    expect(fields({ k: 1024, bufferContexts: 1 }, { model: null, tokenization: null })).toEqual([])
  })

  it('count what a capture holds instead of the dataset', () => {
    const capture = { sites: [{ name: 'out' }], summary: { contexts: 3 } } as unknown as TrainingData['capture']
    expect(fields({}, { capture })).toEqual(['site', 'captureId'])
  })
})
