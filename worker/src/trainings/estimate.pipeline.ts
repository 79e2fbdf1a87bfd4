// training.estimate: what a training would need, before it is started. Memory is computed, time is measured on a small piece of the work.
import { availableParallelism, freemem } from 'node:os'
import { type TrainingEstimate, TrainingEstimateParamsSchema } from '@mistudio/contracts'
import { initialState } from '@mistudio/interp'
import type { z } from 'zod'
import { withSaeErrors } from '../features/index.js'
import type { JobContext, Pipeline } from '../runner/context.js'
import { estimateMemory, measuredShape } from './estimate.js'
import { contextsPerPass, Harvester } from './harvest.js'
import { openTrainingParts, type TrainingParts } from './open.js'
import { trainingConfig } from './settings.js'
import { ShardedStep } from './sharded-step/sharded-step.js'

type Params = z.infer<typeof TrainingEstimateParamsSchema>

export const estimatePipeline: Pipeline<Params> = {
  kind: 'training.estimate',
  parse: (params) => TrainingEstimateParamsSchema.parse(params),
  run: (job) => withSaeErrors(async () => ({ state: 'completed', result: await estimate(job) })),
}

async function estimate(job: JobContext<Params>): Promise<TrainingEstimate> {
  const { params } = job.job.params
  const parts = await openTrainingParts(job.dataDir, job.job.params, job.threads)
  try {
    const config = trainingConfig(params, parts.dIn)
    const { tokens: reader, model } = parts
    const tokens = params.steps * params.batchSize
    const perEpoch = reader.trainContexts * reader.contextSize
    const passTokens = contextsPerPass(reader.contextSize) * reader.contextSize
    const memory = estimateMemory(config, params, model.memory, reader.contextSize, passTokens, job.threads)
    const free = freemem()
    const harvest = await harvestSeconds(job, parts)
    const step = await stepSeconds(job, parts)
    const warnings = memory.total > free ? ['The training needs more memory than is free now.'] : []
    if (tokens > 10 * perEpoch)
      warnings.push(`The text is read ${Math.round(tokens / perEpoch)} times. More text would serve better.`)
    return {
      ...{ dIn: config.dIn, dSae: config.dSae, tokens, epochs: tokens / perEpoch, memory: { ...memory, free } },
      seconds: tokens * harvest + params.steps * step.seconds,
      basis: step.basis,
      warnings,
    }
  } finally {
    parts.tokens.close()
  }
}

/** Seconds per harvested token: the second of two passes over the first contexts (the first one loads the model). */
async function harvestSeconds(job: JobContext<Params>, parts: TrainingParts): Promise<number> {
  const { tokens, model, dIn } = parts
  const count = Math.min(tokens.trainContexts, contextsPerPass(tokens.contextSize))
  const contexts = Uint32Array.from({ length: count }, (_, i) => i)
  const harvest = async () => {
    const harvester = new Harvester(model, tokens, job.job.params.params.site, dIn, () => undefined)
    await harvester.harvest(contexts)
    return harvester.seconds / harvester.tokens
  }
  await harvest()
  return harvest()
}

/** Seconds per step, measured on as much of it as is quickly tried, and scaled up. */
async function stepSeconds(
  job: JobContext<Params>,
  { dIn }: TrainingParts,
): Promise<{ seconds: number; basis: string }> {
  const { params } = job.job.params
  const config = trainingConfig(params, dIn)
  const small = measuredShape(config, params.batchSize)
  const tried = { ...config, dSae: small.dSae }
  const step = await ShardedStep.open({ config: tried, batchSize: small.batchSize, threads: job.threads })
  try {
    await step.load(initialState(dIn, small.dSae, params.seed))
    const x = Float32Array.from({ length: small.batchSize * dIn }, (_, i) => Math.sin(i))
    const times: number[] = []
    for (let n = 0; n < 5; n++) {
      const began = performance.now()
      await step.step(x, { lr: 0 })
      times.push((performance.now() - began) / 1000)
    }
    const whole = small.dSae === config.dSae && small.batchSize === params.batchSize
    const on = `${Math.min(job.threads, availableParallelism())} threads`
    return {
      seconds: Math.min(...times) * small.scale,
      basis: whole
        ? `Measured now on ${on}; evaluations and saving are not included.`
        : `Measured now on ${on} with ${small.dSae} features and ${small.batchSize} tokens, scaled up; evaluations and saving are not included.`,
    }
  } finally {
    await step.close()
  }
}
