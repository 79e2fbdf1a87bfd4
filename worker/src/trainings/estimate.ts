// Memory of a training and the piece of it that a quick measurement tries. Pure.
import type { TrainingEstimate, TrainingParams } from '@mistudio/contracts'
import type { MemoryEstimate, TopkTrainingConfig } from '@mistudio/interp'
import { trainingBytes } from './sharded-step/layout.js'

/**
 * Bytes: `model` weights and one forward pass, `buffer` a block of activations, `weights` the SAE's parameters, `optimiser` moments
 * and gradients, `batch` everything per token of a step.
 */
export function estimateMemory(
  config: TopkTrainingConfig,
  params: TrainingParams,
  model: MemoryEstimate,
  contextSize: number,
  passTokens: number,
  threads: number,
): Omit<TrainingEstimate['memory'], 'free'> {
  const { dIn, dSae } = config
  const parameters = 4 * (2 * dIn * dSae + dSae + dIn)
  const parts = {
    model: model.weights + passTokens * model.activationsPerToken,
    buffer: params.bufferContexts * contextSize * dIn * 4,
    weights: parameters,
    optimiser: 3 * parameters,
    batch: Math.max(0, trainingBytes(config, params.batchSize, threads) - 4 * parameters),
  }
  return { ...parts, total: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0) }
}

/** Multiply-adds of a step that is quickly tried: a tenth of a second or so. */
const QUICK_WORK = 4e9

/** A smaller step of the same kind, and how much longer the whole one takes: work grows with features and with tokens. */
export function measuredShape(
  config: TopkTrainingConfig,
  batchSize: number,
): { dSae: number; batchSize: number; scale: number } {
  const work = (dSae: number, batch: number) => dSae * batch * config.dIn
  const shrink = QUICK_WORK / work(config.dSae, batchSize)
  if (shrink >= 1) return { dSae: config.dSae, batchSize, scale: 1 }
  const tokens = Math.max(Math.min(batchSize, 512), Math.floor(batchSize * shrink))
  const features = Math.min(config.dSae, Math.floor(QUICK_WORK / (tokens * config.dIn)))
  const dSae = Math.max(config.k, Math.min(256, config.dSae), features)
  return { dSae, batchSize: tokens, scale: work(config.dSae, batchSize) / work(dSae, tokens) }
}
