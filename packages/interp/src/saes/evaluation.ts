// Held-out evaluation of an SAE: reconstruction, and what the model does with the reconstruction in place of its activations.
// Pure over callbacks: knows neither files nor sessions.
import { estimatesOf, type SaeEstimates } from './intervals/estimates.js'
import { type KnownLosses, type RunLosses, SumsByUnit } from './intervals/sums.js'
import { keepRows } from './keep-rows.js'
import { type ReconstructionFigures, ReconstructionMetrics } from './metrics.js'
import { SiteFvu } from './site-fvu.js'
import type { SparseCode } from './sparse.js'

/** Whole contexts, row-major [batch, seq]. */
export interface EvaluationBatch {
  readonly tokens: Int32Array
  readonly batch: number
  readonly seq: number
}

/** What the SAE reads and what it is to reconstruct; the same array but for transcoders. */
export interface EvaluationActivations {
  /** [batch · seq, d_in]. */
  readonly x: Float32Array
  /** [batch · seq, d_out]. */
  readonly target: Float32Array
}

/** The model around the output site. `replacement` [batch · seq, d_out] stands in for the activations there; null leaves them. */
export interface EvaluationModel {
  activations(batch: EvaluationBatch): Promise<EvaluationActivations>
  /** Next-token losses in nats, [batch, seq - 1]. */
  losses(batch: EvaluationBatch, replacement: Float32Array | null): Promise<Float32Array>
  /** KL(unchanged ‖ replaced) in nats per position, [batch · seq]. */
  divergence(batch: EvaluationBatch, replacement: Float32Array): Promise<Float32Array>
}

export interface EvaluationSae {
  readonly dOut: number
  readonly dSae: number
  /** Widths of the sites that it reconstructs side by side; one but for crosscoders. */
  readonly siteWidths?: readonly number[]
  /** Contexts of `seq` tokens one after another. */
  encode(x: Float32Array, tokens: number, options: { readonly seq: number }): Promise<SparseCode>
  reconstruct(x: Float32Array, code: SparseCode): Float32Array
}

export interface EvaluationFigures extends ReconstructionFigures {
  /** The figures that stand for the SAE, each with its interval over the units of the text. */
  readonly estimates: SaeEstimates
  /** FVU at each site of a crosscoder; empty for one site. */
  readonly siteFvu: readonly number[]
}

export interface EvaluationRequest {
  readonly batches: readonly EvaluationBatch[]
  /** KL is taken over the first so many batches: it needs whole logits, which cost more than all the rest. */
  readonly klBatches: number
  /** Per batch, the unit of every token that is left out as a whole when an interval is made: its document. */
  readonly units: readonly Int32Array[]
  /**
   * Positions that count, by token and position in the context. At the others (BOS, what the SAE was not trained on) the model keeps its
   * activations, and they are in no figure; as SAELens does with ignored tokens.
   */
  readonly counted: (token: number, position: number) => boolean
  /** Losses of an earlier evaluation on the same text and site, which are then not made again. */
  readonly known?: KnownLosses
  /** Called after each batch; may throw to end the evaluation. */
  readonly onBatch?: (done: number) => Promise<void> | void
}

/** Figures of an SAE, and the losses that the next one on the same text need not make again. */
export interface Evaluation {
  readonly figures: EvaluationFigures
  readonly known: KnownLosses
}

/** Evaluates an SAE. Zero-ablation replaces every position, the reconstruction those that count. */
export async function evaluateSae(
  request: EvaluationRequest,
  model: EvaluationModel,
  sae: EvaluationSae,
): Promise<Evaluation> {
  const metrics = new ReconstructionMetrics(sae.dOut, sae.dSae)
  const siteFvu = new SiteFvu(sae.siteWidths && sae.siteWidths.length > 1 ? sae.siteWidths : [])
  const sums = new SumsByUnit(sae.dOut)
  for (const [n, batch] of request.batches.entries()) {
    const { tokens, seq } = batch
    const counted = (row: number) => request.counted(tokens[row]!, row % seq)
    const { x, target } = await model.activations(batch)
    const code = await sae.encode(x, tokens.length, { seq })
    const reconstruction = sae.reconstruct(x, code)
    const made = { batch: batch.batch, seq, x, target, reconstruction, code, counted, units: request.units[n]! }
    metrics.add(target, reconstruction, code, counted)
    siteFvu.add(target, reconstruction, counted)
    sums.addReconstruction(made)
    const replacement = keepRows(reconstruction, target, sae.dOut, counted)
    sums.addLosses(made, await runLosses(model, batch, { reconstruction, replacement, known: request.known }))
    if (n < request.klBatches) sums.addDivergence(made, await model.divergence(batch, replacement))
    await request.onBatch?.(n + 1)
  }
  const known = sums.known(request.known)
  const estimates = estimatesOf(sums.result(known))
  return { figures: { ...metrics.result(), estimates, siteFvu: siteFvu.result() }, known }
}

/** Losses of a batch: with the reconstruction where it counts, everywhere, and, unless known, unchanged and with zeros. */
export async function runLosses(
  model: Pick<EvaluationModel, 'losses'>,
  batch: EvaluationBatch,
  given: { reconstruction: Float32Array; replacement: Float32Array; known?: KnownLosses | undefined },
): Promise<RunLosses> {
  const { reconstruction, replacement, known } = given
  const spliced = await model.losses(batch, replacement)
  const same = replacement.every((value, i) => value === reconstruction[i])
  return {
    spliced,
    splicedEverywhere: same ? spliced : await model.losses(batch, reconstruction),
    clean: known ? null : await model.losses(batch, null),
    zero: known ? null : await model.losses(batch, new Float32Array(replacement.length)),
  }
}
