// Measures an SAE on text: reconstruction and what the model loses, each figure with an interval over documents. Definitions are those of
// ../intervals/estimates.ts. Pure over callbacks: knows neither files nor sessions.

import { type EvaluationModel, type EvaluationRequest, type EvaluationSae, runLosses } from '../evaluation.js'
import { estimatesOf, type SaeEstimates } from '../intervals/estimates.js'
import { SumsByUnit } from '../intervals/sums.js'
import { keepRows } from '../keep-rows.js'

export interface SaeMeasurement extends Omit<SaeEstimates, 'kl'> {
  /** Positions that count. */
  readonly tokens: number
  readonly deadShare: number
  /** Share of tokens at which each feature is ≠ 0, [d_sae]. */
  readonly density: Float64Array
}

export type MeasureRequest = Pick<EvaluationRequest, 'batches' | 'units' | 'counted' | 'onBatch'>

/** Measures. @throws Error when no position counts. */
export async function measureSae(
  request: MeasureRequest,
  model: Pick<EvaluationModel, 'activations' | 'losses'>,
  sae: EvaluationSae,
): Promise<SaeMeasurement> {
  const fired = new Float64Array(sae.dSae)
  const sums = new SumsByUnit(sae.dOut)
  for (const [n, batch] of request.batches.entries()) {
    const { tokens, seq } = batch
    const counted = (row: number): boolean => request.counted(tokens[row]!, row % seq)
    const { x, target } = await model.activations(batch)
    const code = await sae.encode(x, tokens.length, { seq })
    const reconstruction = sae.reconstruct(x, code)
    const made = { batch: batch.batch, seq, x, target, reconstruction, code, counted, units: request.units[n]! }
    sums.addReconstruction(made, fired)
    const replacement = keepRows(reconstruction, target, sae.dOut, counted)
    sums.addLosses(made, await runLosses(model, batch, { reconstruction, replacement }))
    await request.onBatch?.(n + 1)
  }
  const units = sums.result()
  const tokens = units.reduce((sum, unit) => sum + unit.tokens, 0)
  const { kl: _, ...estimates } = estimatesOf(units)
  const dead = fired.reduce((count, times) => count + (times ? 0 : 1), 0)
  return { ...estimates, tokens, deadShare: dead / fired.length, density: fired.map((times) => times / tokens) }
}
