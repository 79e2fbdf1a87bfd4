// Batches with more tokens than the dense products take at a time: chunks over few dead features are longer than those over all.
import {
  initialParameters,
  type TrainerOptions,
  type TrainStepState,
  trainableSae,
  trainerState,
  trainStep,
} from '@mistudio/interp'
import { expect, it } from 'vitest'
import { distance, largest } from '../testing.js'
import { ShardedStep } from './sharded-step.js'

const [D_IN, D_SAE, BATCH] = [8, 40, 1500]
const trainer: TrainerOptions = {
  learningRate: { main: 'constant', lr: 1e-3, lrEnd: 0, cycles: 1, warmupSteps: 0, decaySteps: 0, totalSteps: 9 },
  adam: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
  clipGradNorm: 1,
  deadWindow: 3,
}
const wave = (count: number, scale: number, step: number) =>
  Float32Array.from({ length: count }, (_, i) => scale * Math.sin(i * step))

it.each([
  ['topk', { architecture: 'topk', k: 3 }],
  ['standard with ghost gradients', { architecture: 'standard', l1_coefficient: 0.1, ghost_grads: true }],
] as const)('%s with nearly all features dead gives the gradients of the reference', async (_, fields) => {
  const sae = trainableSae({ d_in: D_IN, d_sae: D_SAE, ...fields })
  const parameters = initialParameters(sae, 5)
  parameters['b_enc']!.set(wave(D_SAE, 0.2, 1.7))
  const state = trainerState(sae, parameters)
  state.sinceFired.set(state.sinceFired.map((_, j) => (j % 9 === 0 ? 0 : 9)))
  const x = wave(BATCH * D_IN, 2, 0.37)
  const step = await ShardedStep.open({ sae, trainer, batchSize: BATCH, threads: 1 })
  try {
    await step.load(structuredClone(state) as TrainStepState)
    let wanted: Record<string, Float64Array> = {}
    const theirs = trainStep(sae, trainer, state, x, x, (_, gradients) => {
      wanted = structuredClone(gradients) as Record<string, Float64Array>
    })
    const ours = await step.step(x)
    for (const [name, loss] of Object.entries(theirs.losses)) expect(ours.losses[name]! / loss, name).toBeCloseTo(1, 4)
    const found = await step.gradients()
    for (const [name, gradient] of Object.entries(wanted)) {
      expect(distance(found[name]!, gradient), name).toBeLessThan(1e-4 * largest(gradient))
    }
  } finally {
    await step.close()
  }
})
