// What is the sharded step's own: which way a batch goes. What it has in common with every training step is in conformance.test.ts.
import { initialState, type TrainerOptions, type TrainStepState, trainableSae } from '@mistudio/interp/saes'
import { afterEach, describe, expect, it } from 'vitest'
import type { Way } from './layout/layout.js'
import { ShardedStep } from './sharded-step.js'

const [D_IN, D_SAE, BATCH] = [21, 53, 131]
const sae = trainableSae({ architecture: 'standard', d_in: D_IN, d_sae: D_SAE, l1_coefficient: 0.1 })
const trainer: TrainerOptions = {
  learningRate: { main: 'constant', lr: 3e-3, lrEnd: 0, cycles: 1, warmupSteps: 0, decaySteps: 0, totalSteps: 9 },
  adam: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
  clipGradNorm: 1,
  deadWindow: 3,
}
const x = Float32Array.from({ length: BATCH * D_IN }, (_, i) => 2 * Math.sin(i * 0.37))

const open: ShardedStep[] = []
async function start(bias: number, way?: Way): Promise<ShardedStep> {
  const step = await ShardedStep.open({ sae, trainer, batchSize: BATCH, threads: 2, ...(way ? { way } : {}) })
  open.push(step)
  await step.load(biased(bias))
  return step
}
afterEach(async () => {
  for (const step of open.splice(0)) await step.close()
})

function biased(bias: number): TrainStepState {
  const state = initialState(sae, 5)
  state.parameters['b_enc']!.fill(bias)
  return state
}

describe('a sharded step', () => {
  it('decides between lists and dense products by the batch alone', async () => {
    const step = await start(0)
    await step.step(x)
    expect(step.way).toBe('dense')
    await step.load(biased(-9))
    await step.step(x)
    expect(step.way).toBe('sparse')
  })

  it.each(['sparse', 'dense'] as const)('goes by %s where that is asked for', async (way) => {
    for (const bias of [0, -9]) {
      const step = await start(bias, way)
      await step.step(x)
      expect(step.way).toBe(way)
    }
  })

  it('says what failed when a thread ends, and to every later call', async () => {
    const step = await start(0)
    const broken = step as unknown as { workers: readonly { terminate(): Promise<number> }[] }
    await broken.workers[0]!.terminate()
    const ended = { name: 'SaeError', code: 'internal' }
    await expect(step.step(x)).rejects.toMatchObject(ended)
    await expect(step.read()).rejects.toMatchObject(ended)
  })
})
