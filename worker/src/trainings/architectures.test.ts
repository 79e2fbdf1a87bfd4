// Every architecture and kind of training on the demo model: it learns, and what is saved opens again and gives the reported figures.
import { join } from 'node:path'
import type { TrainingParams } from '@mistudio/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as setup from '../extractions/testing.js'
import { saeStore } from '../features/index.js'
import { endings, paramsOf, TrainingWorld } from './testing/world.js'

const MLP_IN = setup.SITE.replace('hook_resid_post', 'ln2.hook_normalized')
const MLP_OUT = setup.SITE.replace('hook_resid_post', 'hook_mlp_out')

/** What to train, and the architecture in the saved cfg.json. */
const CASES: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['standard, l_p', { architecture: 'standard', lpNorm: 0.9, l1Coefficient: 0.01 }, 'standard'],
  ['gated', { architecture: 'gated', l1Coefficient: 0.01 }, 'gated'],
  ['jumprelu, step', { architecture: 'jumprelu', l0Coefficient: 0.01 }, 'jumprelu'],
  ['jumprelu, quadratic', { architecture: 'jumprelu', sparsityLoss: 'quadratic', targetL0: 20 }, 'jumprelu'],
  ['topk, whitened', { architecture: 'topk', k: 8, normalizeActivations: 'covariance_whitening' }, 'topk'],
  [
    'batchtopk, scaled, from the median',
    {
      architecture: 'batchtopk',
      k: 7.5,
      normTokens: 300,
      thresholdRate: 0.3,
      normalizeActivations: 'expected_average_only_in',
      bDecInit: 'geometric_median',
    },
    'jumprelu',
  ],
  ['matryoshka', { architecture: 'matryoshka_batchtopk', k: 8, thresholdRate: 0.3 }, 'jumprelu'],
  ['abstopk', { architecture: 'abstopk', k: 8 }, 'abstopk'],
  ['matching pursuit', { architecture: 'matching_pursuit', maxIterations: 4, expansion: 1 }, 'matching_pursuit'],
  [
    'standard, layer norm',
    { architecture: 'standard', l1Coefficient: 0.01, normalizeActivations: 'layer_norm' },
    'standard',
  ],
  [
    'topk transcoder',
    { architecture: 'topk', k: 8, site: MLP_IN, outputSite: MLP_OUT, bDecInit: 'mean' },
    'topk_transcoder',
  ],
  [
    'jumprelu skip transcoder',
    {
      architecture: 'jumprelu',
      l0Coefficient: 0.01,
      site: MLP_IN,
      outputSite: MLP_OUT,
      skipConnection: true,
      expansion: 1,
    },
    'jumprelu_skip_transcoder',
  ],
  [
    'gated with a skip',
    { architecture: 'gated', l1Coefficient: 0.01, skipConnection: true, expansion: 1 },
    'gated_skip_transcoder',
  ],
]

describe.skipIf(!setup.databaseUrl)('training of every architecture', () => {
  let world: TrainingWorld
  beforeAll(async () => {
    world = await TrainingWorld.open()
  })
  afterAll(() => world.close())

  it.each(CASES)('%s', async (_, options, saved) => {
    const run = await world.insert(
      paramsOf({ steps: 12, learningRate: 0.003, warmupSteps: 2, evalEvery: 8, ...options }),
    )
    const { outcomes, stored } = await world.train(run)
    expect(endings(outcomes)).toEqual(['completed'])
    const { saeId } = run.members[0]!
    expect(stored.get('mse@12')).toBeLessThan(stored.get('mse@2')!)
    // What is saved does on held-out text what the SAE did on its batches; a threshold that follows them may be a little behind.
    const behind = stored.get('fvu@12')! - stored.get('heldout_fvu@12')!
    expect(behind).toBeGreaterThan(-0.03)
    expect(behind).toBeLessThan(saved === 'jumprelu' ? 0.1 : 0.03)
    expect((await world.row('sae', saeId)).architecture).toBe(saved)
    const sae = await saeStore.open(join(world.dataDir, 'saes', saeId), 2)
    expect(sae.cfg.architecture).toBe(saved)
  })

  it.each([
    ['a transcoder by matching pursuit', { architecture: 'matching_pursuit', site: MLP_IN, outputSite: MLP_OUT }],
    ['a whitened transcoder', { site: MLP_IN, outputSite: MLP_OUT, normalizeActivations: 'covariance_whitening' }],
    ['a quadratic loss without a target', { architecture: 'jumprelu', sparsityLoss: 'quadratic', targetL0: null }],
    ['an auxiliary loss under layer norm', { architecture: 'topk', normalizeActivations: 'layer_norm' }],
  ])('refuses %s by name', async (_, options) => {
    const { outcomes } = await world.train(await world.insert(paramsOf(options) as TrainingParams))
    expect(outcomes[0]).toMatchObject({ code: 'training_invalid' })
  })
})
