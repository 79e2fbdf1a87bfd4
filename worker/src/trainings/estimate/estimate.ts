// Memory of a training and the piece of it that a quick measurement tries. Pure.
import type { TrainingEstimate, TrainingParams } from '@mistudio/contracts'
import { type Precision } from '@mistudio/interp/models'
import { parameterCount, type TrainableSae } from '@mistudio/interp/saes'
import { stepBytes } from '@mistudio/sae-engine'

/**
 * Bytes: `model` (given) at its precision with one forward pass, `buffer` (given) the blocks of activations at all sites that are in
 * memory, `weights` the SAE's parameters, `optimiser` moments and gradients, `batch` everything per token of a step.
 */
export function estimateMemory(
  sae: TrainableSae,
  params: TrainingParams,
  buffer: number,
  model: number,
  threads: number,
): Omit<TrainingEstimate['memory'], 'free'> {
  const parameters = 4 * parameterCount(sae)
  const parts = {
    model,
    buffer,
    weights: parameters,
    optimiser: 3 * parameters,
    batch: Math.max(0, stepBytes(sae, params.batchSize, threads) - 4 * parameters),
  }
  return { ...parts, total: sum(Object.values(parts)) }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** That a training does not fit, and which precision of the model (`modelBytes` of it) would make it fit. */
export function memoryWarning(
  { model, total }: Omit<TrainingEstimate['memory'], 'free'>,
  free: number,
  modelBytes: (precision: Precision) => number,
): string {
  const fitting = (['int8', 'int4'] as const).filter((precision) => total - model + modelBytes(precision) <= free)
  const also = fitting.length > 0 ? `, or load the model in ${fitting.join(' or ')} on its page` : ''
  return `The training needs more memory than is free now. Take a smaller buffer, batch or expansion${also}.`
}

/** Multiply-adds of a step that is quickly tried: a tenth of a second or so. */
const QUICK_WORK = 4e9

/** A smaller step of the same kind, and how much longer the whole one takes: work grows with features and with tokens. */
export function measuredShape(
  { cfg }: TrainableSae,
  batchSize: number,
): { dSae: number; batchSize: number; scale: number } {
  const { d_in: dIn, d_sae: dSae } = cfg
  const work = (features: number, batch: number) => features * batch * dIn
  const shrink = QUICK_WORK / work(dSae, batchSize)
  if (shrink >= 1) return { dSae, batchSize, scale: 1 }
  const tokens = Math.max(Math.min(batchSize, 512), Math.floor(batchSize * shrink))
  const features = Math.min(dSae, Math.floor(QUICK_WORK / (tokens * dIn)))
  const k = typeof cfg['k'] === 'number' ? Math.ceil(cfg['k']) : 1
  const tried = Math.max(k, Math.min(256, dSae), features)
  return { dSae: tried, batchSize: tokens, scale: work(dSae, batchSize) / work(tried, tokens) }
}
