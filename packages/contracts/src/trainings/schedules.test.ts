// Lengths of schedules against the run, and defaults that depend on what is given.
import { describe, expect, it } from 'vitest'
import { TrainingParamsSchema, withOverrides } from './params.js'
import { scheduleProblems } from './schedules.js'

const site = 'blocks.1.hook_resid_post'
const parse = (options: Record<string, unknown>) => TrainingParamsSchema.parse({ site, ...options })
const wrong = (options: Record<string, unknown>) =>
  scheduleProblems(parse({ warmupSteps: 0, decaySteps: 0, ...options })).map(({ option }) => option)

describe('every schedule has to fit into the run', () => {
  it.each([
    [{ steps: 100, warmupSteps: 101 }, ['warmupSteps']],
    [{ steps: 100, warmupSteps: 60, decaySteps: 50 }, ['warmupSteps']],
    [{ architecture: 'standard', steps: 100, l1WarmUpSteps: 101 }, ['l1WarmUpSteps']],
    [{ architecture: 'gated', steps: 100, l1WarmUpSteps: 1000 }, ['l1WarmUpSteps']],
    [{ architecture: 'jumprelu', steps: 100, l0WarmUpSteps: 101 }, ['l0WarmUpSteps']],
    [{ architecture: 'standard', steps: 100, l1WarmUpSteps: 100, targetL0: 20 }, ['l1WarmUpSteps']],
    [{ steps: 3, lrSchedule: 'cosine_restarts', lrCycles: 4 }, ['lrCycles']],
    [{ steps: 200, revival: 'resampling', resampleEvery: 250 }, ['resampleEvery']],
  ] as const)('%j', (options, wanted) => expect(wrong(options)).toEqual(wanted))

  it('and may take all of it where nothing else needs a step', () => {
    expect(wrong({ architecture: 'standard', steps: 100, l1WarmUpSteps: 100, l1Coefficient: 3 })).toEqual([])
    expect(wrong({ steps: 1000, revival: 'resampling' })).toEqual([])
    expect(wrong({ steps: 4, lrSchedule: 'cosine_restarts' })).toEqual([])
  })
})

describe('what is not given', () => {
  it('fits runs of any length', () => {
    for (const steps of [1, 7, 50, 1000, 100_000]) {
      for (const architecture of ['topk', 'standard', 'gated', 'jumprelu']) {
        expect(scheduleProblems(parse({ architecture, steps })), `${architecture} ${steps}`).toEqual([])
      }
    }
    expect(parse({ architecture: 'standard' })).toMatchObject({ warmupSteps: 100, decaySteps: 200, l1WarmUpSteps: 100 })
    expect(parse({ architecture: 'standard', steps: 200 })).toMatchObject({ warmupSteps: 20, decaySteps: 40 })
    expect(parse({ steps: 50, warmupSteps: 30 })).toMatchObject({ warmupSteps: 30, decaySteps: 10 })
  })

  it('steers L0, on a common scale, unless a coefficient is given', () => {
    for (const architecture of ['standard', 'gated', 'jumprelu']) {
      expect(parse({ architecture })).toMatchObject({ targetL0: 32, normalizeActivations: 'expected_average_only_in' })
    }
    expect(parse({ architecture: 'standard', l1Coefficient: 5 })).toMatchObject({ targetL0: null })
    expect(parse({ architecture: 'jumprelu', l0Coefficient: 5 })).toMatchObject({ targetL0: null })
    expect(parse({ architecture: 'jumprelu', l0Coefficient: 5, sparsityLoss: 'quadratic' })).toMatchObject({
      targetL0: 32,
    })
    expect(parse({ architecture: 'gated', l1Coefficient: 5, targetL0: 9 })).toMatchObject({ targetL0: 9 })
  })

  it('lets the standard SAE grow against its penalty: decoder rows of norm 1, and a larger rate', () => {
    expect(parse({ architecture: 'standard' })).toMatchObject({ decoderNorm: 'unit', learningRate: 4e-3 })
    expect(parse({ architecture: 'gated' })).toMatchObject({ decoderNorm: 'none', learningRate: 1e-3 })
  })

  it('gives each sparsity loss of JumpReLU the window, threshold and pull it is made for', () => {
    const wide = { bandwidth: 2, initThreshold: 0.1, preActCoefficient: 3e-6 }
    const narrow = { bandwidth: 0.05, initThreshold: 0.01, preActCoefficient: null }
    expect(parse({ architecture: 'jumprelu' })).toMatchObject({ sparsityLoss: 'tanh', ...wide })
    expect(parse({ architecture: 'jumprelu', sparsityLoss: 'step' })).toMatchObject(narrow)
    expect(parse({ architecture: 'jumprelu', sparsityLoss: 'quadratic' })).toMatchObject(narrow)
    expect(parse({ architecture: 'jumprelu', sparsityLoss: 'step', bandwidth: 1 })).toMatchObject({ bandwidth: 1 })
  })

  it('leaves what reconstructs another site at its own scale', () => {
    const mlp = { outputSite: 'blocks.1.hook_mlp_out' }
    expect(parse(mlp).normalizeActivations).toBe('none')
    expect(parse({ skipConnection: true }).normalizeActivations).toBe('none')
    expect(parse({ outputSite: site }).normalizeActivations).toBe('expected_average_only_in')
    expect(parse({ ...mlp, normalizeActivations: 'layer_norm' }).normalizeActivations).toBe('layer_norm')
  })
})

it('what was stored whole opens as it was', () => {
  const stored = {
    ...parse({ architecture: 'standard', l1Coefficient: 1, l1WarmUpSteps: 0, bDecInit: 'zeros' }),
    normalizeActivations: 'none',
    targetL0: null,
  }
  expect(TrainingParamsSchema.parse(stored)).toEqual(stored)
  expect(withOverrides(stored as never, { seed: 3 })).toEqual({ ...stored, seed: 3 })
})
