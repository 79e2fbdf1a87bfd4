// Held-out evaluation of an SAE: reconstruction, and what the model does with the reconstruction in place of its activations.
// Pure over callbacks: knows neither files nor sessions.
import { keepRows } from './keep-rows.js'
import { ceRecovered, type ReconstructionFigures, ReconstructionMetrics } from './metrics.js'
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

/** Losses that do not depend on the SAE; made once, handed in again. */
export interface Baseline {
  readonly clean: number
  /** With zeros at the site. */
  readonly zero: number
}

export interface EvaluationFigures extends ReconstructionFigures {
  readonly ceClean: number
  readonly ceSae: number
  readonly ceZero: number
  readonly ceRecovered: number
  readonly kl: number
  /** FVU at each site of a crosscoder; empty for one site. */
  readonly siteFvu: readonly number[]
}

export interface EvaluationRequest {
  readonly batches: readonly EvaluationBatch[]
  /** KL is taken over the first so many batches: it needs whole logits, which cost more than all the rest. */
  readonly klBatches: number
  /** Tokens the SAE was not trained on (BOS), by id and position in the context: left out of reconstruction figures (FVU, L0, dead). */
  readonly excluded: (token: number, position: number) => boolean
  /** Tokens whose positions keep their activations when the reconstruction is spliced in, and whose predictions count in no loss. */
  readonly spared: (token: number) => boolean
  readonly baseline?: Baseline
  /** Called after each batch; may throw to end the evaluation. */
  readonly onBatch?: (done: number) => Promise<void> | void
}

/** Mean of values that may come in parts. */
class Mean {
  private sum = 0
  private count = 0
  add(value: number): void {
    this.sum += value
    this.count++
  }
  get value(): number {
    return this.count > 0 ? this.sum / this.count : Number.NaN
  }
}

/**
 * Evaluates an SAE on `batches`. Cross-entropies and KL are means over predictions whose input token is not spared; zero-ablation
 * replaces every position, the reconstruction all but the spared ones (as SAELens does with ignored tokens).
 */
export async function evaluateSae(
  request: EvaluationRequest,
  model: EvaluationModel,
  sae: EvaluationSae,
): Promise<EvaluationFigures> {
  const metrics = new ReconstructionMetrics(sae.dOut, sae.dSae)
  const siteFvu = new SiteFvu(sae.siteWidths && sae.siteWidths.length > 1 ? sae.siteWidths : [])
  const [clean, spliced, zero, kl] = [new Mean(), new Mean(), new Mean(), new Mean()]
  for (const [n, batch] of request.batches.entries()) {
    const { tokens } = batch
    const counted = (row: number) => !request.spared(tokens[row]!)
    const { x, target } = await model.activations(batch)
    const code = await sae.encode(x, tokens.length, { seq: batch.seq })
    const reconstruction = sae.reconstruct(x, code)
    const measured = (row: number) => !request.excluded(tokens[row]!, row % batch.seq)
    metrics.add(target, reconstruction, code, measured)
    siteFvu.add(target, reconstruction, measured)
    const replacement = keepRows(reconstruction, target, sae.dOut, counted)
    addLosses(spliced, await model.losses(batch, replacement), batch, counted)
    if (!request.baseline) {
      addLosses(clean, await model.losses(batch, null), batch, counted)
      addLosses(zero, await model.losses(batch, new Float32Array(target.length)), batch, counted)
    }
    if (n < request.klBatches) {
      const divergence = await model.divergence(batch, replacement)
      divergence.forEach((value, row) => {
        if (counted(row)) kl.add(value)
      })
    }
    await request.onBatch?.(n + 1)
  }
  const ceClean = request.baseline?.clean ?? clean.value
  const ceZero = request.baseline?.zero ?? zero.value
  const ceSae = spliced.value
  const recovered = ceRecovered(ceClean, ceSae, ceZero)
  const figures = { ceClean, ceSae, ceZero, ceRecovered: recovered, kl: kl.value, siteFvu: siteFvu.result() }
  return { ...metrics.result(), ...figures }
}

/** Adds the losses [batch, seq - 1] of predictions made at counted positions. */
function addLosses(
  mean: Mean,
  losses: Float32Array,
  { batch, seq }: EvaluationBatch,
  counted: (row: number) => boolean,
): void {
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t + 1 < seq; t++) if (counted(b * seq + t)) mean.add(losses[b * (seq - 1) + t]!)
  }
}
