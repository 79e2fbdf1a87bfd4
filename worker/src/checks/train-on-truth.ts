// Training an SAE on the ground-truth problem with the step that real trainings use, and what it found.

import { MemoryTensors } from '@mistudio/formats'
import {
  exportForInference,
  type GroundTruthProblem,
  initialState,
  scoreOnGroundTruth,
  type TrainerOptions,
  trainableSae,
} from '@mistudio/interp/saes'
import { openTrainStep } from '@mistudio/sae-engine'
import { runtime } from '../runtime/index.js'
import type { Bands } from './bands.js'

export interface FoundOnTruth {
  readonly mcc: number
  readonly f1: number
  readonly explainedVariance: number
  readonly l0: number
  readonly dead: number
  readonly stepsPerSecond: number
}

const trainerOptions = ({ trainer, steps }: Bands): TrainerOptions => ({
  learningRate: {
    main: 'constant',
    lr: trainer.lr,
    lrEnd: trainer.lr_end,
    warmupSteps: trainer.lr_warm_up_steps,
    decaySteps: trainer.lr_decay_steps,
    totalSteps: steps,
    cycles: 1,
  },
  adam: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
  clipGradNorm: 1,
  deadWindow: trainer.dead_feature_window,
})

/**
 * One SAE with as many latents as there are features, from the start that `seed` gives, over the samples in file order and wrapping
 * around, as the bands were made. `every` is called after each step with the number done and may throw to end the run.
 */
export async function trainOnTruth(
  bands: Bands,
  architecture: string,
  problem: GroundTruthProblem,
  run: { readonly seed: number; readonly threads: number; every(done: number): void },
): Promise<FoundOnTruth> {
  const { x, d, samples } = problem
  const dSae = problem.vectors.length / d
  const cfg = { ...bands.architectures[architecture]?.options, architecture, d_in: d, d_sae: dSae }
  const sae = trainableSae(cfg)
  const { batchSize, steps } = bands
  const step = await openTrainStep({ sae, trainer: trainerOptions(bands), batchSize, threads: run.threads })
  try {
    await step.load(initialState(sae, run.seed))
    const batches = Math.floor(samples / batchSize)
    const began = performance.now()
    for (let done = 0; done < steps; done++) {
      const first = (done % batches) * batchSize * d
      await step.step(x.subarray(first, first + batchSize * d))
      run.every(done + 1)
    }
    const seconds = (performance.now() - began) / 1000
    const { parameters, topkThreshold } = await step.read()
    const { cfg: inference, tensors } = exportForInference(cfg, parameters, topkThreshold)
    const { scores, detection } = await scoreOnGroundTruth(inference, new MemoryTensors(tensors), problem, runtime)
    return {
      mcc: scores.mcc,
      f1: detection.f1,
      explainedVariance: scores.explained_variance,
      l0: scores.sae_l0,
      dead: scores.dead_latents,
      stepsPerSecond: steps / seconds,
    }
  } finally {
    await step.close()
  }
}
