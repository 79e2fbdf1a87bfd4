// Measures an SAE on text: reconstruction and what the model loses, each figure with an interval over contexts. Definitions are those of
// ../metrics.ts; here they are kept per context. Pure over callbacks: knows neither files nor sessions.

import type { EvaluationBatch, EvaluationModel, EvaluationSae } from '../evaluation.js'
import { keepRows } from '../keep-rows.js'
import { type Estimate, jackknife } from './jackknife.js'
import { type ContextSums, combine, contextSums } from './sums.js'

export interface SaeMeasurement {
  readonly contexts: number
  /** Positions that count. */
  readonly tokens: number
  readonly l0: Estimate
  readonly fvu: Estimate
  readonly explainedVariance: Estimate
  readonly explainedVarianceLegacy: Estimate
  readonly ceClean: Estimate
  readonly ceSae: Estimate
  readonly ceZero: Estimate
  readonly ceRecovered: Estimate
  /** Mean ‖x‖. */
  readonly inputNorm: Estimate
  readonly deadShare: number
  /** Share of tokens at which each feature is ≠ 0, [d_sae]. */
  readonly density: Float64Array
}

export interface MeasureRequest {
  readonly batches: readonly EvaluationBatch[]
  /** Positions that count, by token and position in the context. Others keep their activations, and are in no figure. */
  readonly counted: (token: number, position: number) => boolean
  /** Called after each batch; may throw to end the measurement. */
  readonly onBatch?: (done: number) => Promise<void> | void
}

const FIGURES = {
  l0: (s: ContextSums) => s.active / s.tokens,
  fvu: (s: ContextSums) => unexplained(s),
  explainedVariance: (s: ContextSums) => 1 - unexplained(s),
  explainedVarianceLegacy: (s: ContextSums) => s.legacy / s.tokens,
  ceClean: (s: ContextSums) => s.clean / s.predictions,
  ceSae: (s: ContextSums) => s.spliced / s.predictions,
  ceZero: (s: ContextSums) => s.zero / s.predictions,
  ceRecovered: (s: ContextSums) => (s.zero - s.spliced) / (s.zero - s.clean),
  inputNorm: (s: ContextSums) => s.norms / s.tokens,
} as const

/** E‖t − t̂‖² / (E‖t‖² − ‖E t‖²). NaN without variance. */
function unexplained({ tokens, error, squares, sum }: ContextSums): number {
  const variance = squares / tokens - sum.reduce((total, value) => total + (value / tokens) ** 2, 0)
  return variance > 0 ? error / tokens / variance : Number.NaN
}

/** Measures. @throws Error when no position counts. */
export async function measureSae(
  { batches, counted, onBatch }: MeasureRequest,
  model: Pick<EvaluationModel, 'activations' | 'losses'>,
  sae: EvaluationSae,
): Promise<SaeMeasurement> {
  const fired = new Float64Array(sae.dSae)
  const contexts: ContextSums[] = []
  for (const [n, batch] of batches.entries()) {
    const { tokens, seq } = batch
    const counts = (row: number): boolean => counted(tokens[row]!, row % seq)
    const { x, target } = await model.activations(batch)
    const code = await sae.encode(x, tokens.length, { seq })
    const reconstruction = sae.reconstruct(x, code)
    const losses = {
      clean: await model.losses(batch, null),
      spliced: await model.losses(batch, keepRows(reconstruction, target, sae.dOut, counts)),
      zero: await model.losses(batch, new Float32Array(target.length)),
    }
    contexts.push(
      ...contextSums(
        { ...{ batch: batch.batch, seq, x, target, reconstruction, code, losses }, counted: counts },
        fired,
      ),
    )
    await onBatch?.(n + 1)
  }
  return summarise(
    contexts.filter(({ tokens }) => tokens > 0),
    fired,
  )
}

function summarise(contexts: readonly ContextSums[], fired: Float64Array): SaeMeasurement {
  const [first, ...rest] = contexts
  if (!first) throw new Error('No position of the text counts.')
  const whole = rest.reduce((sum, one) => combine(sum, one), first)
  const without = contexts.map((one) => combine(whole, one, -1))
  const estimate = (name: keyof typeof FIGURES): Estimate => jackknife(FIGURES[name](whole), without.map(FIGURES[name]))
  const dead = fired.reduce((count, times) => count + (times ? 0 : 1), 0)
  return {
    ...{ contexts: contexts.length, tokens: whole.tokens, l0: estimate('l0'), fvu: estimate('fvu') },
    explainedVariance: estimate('explainedVariance'),
    explainedVarianceLegacy: estimate('explainedVarianceLegacy'),
    ...{ ceClean: estimate('ceClean'), ceSae: estimate('ceSae'), ceZero: estimate('ceZero') },
    ...{ ceRecovered: estimate('ceRecovered'), inputNorm: estimate('inputNorm') },
    deadShare: dead / fired.length,
    density: fired.map((times) => times / whole.tokens),
  }
}
