// training.estimate: what a training would need, before it is started. Memory is computed, time is measured on a small piece of the work.
import { availableParallelism } from 'node:os'
import { isTranscoder, type TrainingEstimate, TrainingEstimateParamsSchema } from '@mistudio/contracts'
import { type Precision } from '@mistudio/interp/models'
import { initialState } from '@mistudio/interp/saes'
import { engineOf, openTrainStep } from '@mistudio/sae-engine'
import type { z } from 'zod'
import { withSaeErrors } from '../../features/index.js'
import { availableMemory, runBytes } from '../../models/index.js'
import { contextsPerPass } from '../../models/passes.js'
import { type JobContext, pipeline } from '../../runner/context.js'
import { blockUnits, openTrainingParts, sourceOf, type TrainingParts, widthsOf } from '../open.js'
import { trainerOptions, trainingSae, type Widths } from '../settings.js'
import { planBuffer } from '../stream/buffer-plan.js'
import { estimateMemory, measuredShape, memoryWarning } from './estimate.js'

type Params = z.infer<typeof TrainingEstimateParamsSchema>

export const estimatePipeline = pipeline('training.estimate', {
  run: (job) => withSaeErrors(async () => ({ state: 'completed', result: await estimate(job) })),
})

async function estimate(job: JobContext<Params>): Promise<TrainingEstimate> {
  const { params } = job.job.params
  const parts = await openTrainingParts(job.dataDir, job.job.params, [params], job.threads)
  try {
    const widths = widthsOf(parts, params)
    const sae = trainingSae(params, widths)
    const { tokens: reader, model } = parts
    const tokens = params.steps * params.batchSize
    const perEpoch = (parts.capture?.contexts ?? reader.trainContexts) * reader.contextSize
    const pass = { batch: contextsPerPass(reader.contextSize), seq: reader.contextSize, logits: false }
    const modelBytes = (precision: Precision) => runBytes(parts.folder, { precision, ...pass })
    const machine = { threads: job.threads, cores: availableParallelism() }
    const buffer = planBuffer(params, blockUnits(parts), { fromCapture: parts.capture !== null, ...machine })
    const memory = estimateMemory(sae, params, buffer.memory, modelBytes(model.precision), job.threads)
    const free = availableMemory()
    const harvest = await harvestSeconds(parts)
    const step = await stepSeconds(job, widths)
    const warnings = memory.total > free ? [memoryWarning(memory, free, modelBytes)] : []
    if (tokens > 10 * perEpoch)
      warnings.push(`The text is read ${Math.round(tokens / perEpoch)} times. More text would serve better.`)
    return {
      dIn: widths.dIn,
      dSae: sae.cfg.d_sae,
      tokens,
      epochs: tokens / perEpoch,
      memory: { ...memory, free },
      seconds: tokens * harvest + params.steps * step.seconds,
      basis: step.basis,
      means: engineOf(sae).name,
      warnings,
    }
  } finally {
    await parts.tokens.close()
  }
}

/** Seconds per token read: the second of two passes over the first contexts (the first one loads the model, or the files). */
async function harvestSeconds(parts: TrainingParts): Promise<number> {
  const { tokens } = parts
  const count = Math.min(sourceOf(parts, () => undefined).contexts, contextsPerPass(tokens.contextSize))
  const contexts = Uint32Array.from({ length: count }, (_, i) => i)
  const harvest = async () => {
    const source = sourceOf(parts, () => undefined)
    await source.harvest(contexts)
    return source.seconds / source.tokens
  }
  await harvest()
  return harvest()
}

/** Seconds per step, measured on as much of it as is quickly tried, and scaled up. */
async function stepSeconds(job: JobContext<Params>, widths: Widths): Promise<{ seconds: number; basis: string }> {
  const { params } = job.job.params
  const whole = trainingSae(params, widths)
  const small = measuredShape(whole, params.batchSize)
  const sae = trainingSae(params, widths, small.dSae)
  // A learning rate of 0: what is measured is the start of the training, not where a few steps on made-up data lead.
  const trainer = trainerOptions({ ...params, learningRate: Number.MIN_VALUE })
  const step = await openTrainStep({ sae, trainer, batchSize: small.batchSize, threads: job.threads })
  try {
    await step.load(initialState(sae, params.seed))
    const wave = (width: number) => Float32Array.from({ length: small.batchSize * width }, (_, i) => Math.sin(i))
    const x = wave(widths.dIn)
    const target = isTranscoder(params) ? wave(widths.dOut) : undefined
    const times: number[] = []
    for (let n = 0; n < 5; n++) {
      const began = performance.now()
      await step.step(x, target)
      times.push((performance.now() - began) / 1000)
    }
    const all = small.dSae === whole.cfg.d_sae && small.batchSize === params.batchSize
    const sharded = `${Math.min(job.threads, availableParallelism())} threads`
    const on = engineOf(sae).name === 'sharded' ? sharded : 'one thread: this architecture has no fast step yet'
    return {
      seconds: Math.min(...times) * small.scale,
      basis: all
        ? `Measured now on ${on}; evaluations and saving are not included.`
        : `Measured now on ${on} with ${small.dSae} features and ${small.batchSize} tokens, scaled up; evaluations and saving are not included.`,
    }
  } finally {
    await step.close()
  }
}
