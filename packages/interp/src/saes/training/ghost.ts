// Ghost gradients (Jermyn and Templeton, "Ghost Grads", Circuits Updates of January 2024; SAELens's `use_ghost_grads`): dead features,
// through an exponential that never is flat, explain what the reconstruction leaves. Brought to half the residual's length and the loss
// to the size of the squared error, both as constants, so that living features feel nothing.
import { SaeError } from '../errors.js'
import type { Gradients, Parameters, TrainingBatch } from './architecture.js'
import { GHOST_EPS, GHOST_LIMIT } from './ghost-limits.js'
import { addColumnSums, squareSum, timesTransposed } from './math/linear.js'
import * as pieces from './pieces.js'

export interface GhostTerm {
  readonly loss: number
  /** Residual [tokens, d_out], scale [tokens] and factor [tokens]: constants to the gradient. */
  readonly held: readonly Float64Array[]
  addGradients(gradients: Gradients): void
}

export interface GhostInput {
  /** What the encoder multiplied, [tokens, d_in]. */
  readonly h: Float64Array
  /** [tokens, d_sae]. */
  readonly hiddenPre: Float64Array
  /** out − target, [tokens, d_out]. */
  readonly error: Float64Array
}

/** Whether an architecture has them. @throws SaeError `training_invalid` where activations are normalised token by token: the residual is not. */
export function ghostsOf({ normalisation }: pieces.Layout, fields: { readonly ghost_grads: boolean }): boolean {
  if (fields.ghost_grads && ['layer_norm', 'constant_norm_rescale'].includes(normalisation)) {
    throw new SaeError(
      'training_invalid',
      `Ghost gradients are not defined under ${normalisation}. Switch ghost_grads off or choose another normalisation.`,
      { field: 'ghost_grads' },
    )
  }
  return fields.ghost_grads
}

/** The loss under its name, 0 while nothing is dead; nothing for architectures without. */
export const ghostLoss = (ghosts: boolean, term: GhostTerm | null): Record<string, number> =>
  ghosts ? { ghost_grad_loss: term?.loss ?? 0 } : {}

/**
 * E r ‖s · g − e‖² with g = exp(pre-activations of dead features) W_dec, e the residual, s = ‖e‖ / (2 ‖g‖), r = ‖e‖² / ‖s g − e‖² of each
 * token. null when nothing is dead.
 */
export function ghostTerm(
  layout: pieces.Layout,
  p: Parameters,
  batch: TrainingBatch,
  { h, hiddenPre, error }: GhostInput,
): GhostTerm | null {
  if (!batch.dead.includes(1)) return null
  const { dSae, dOut } = layout
  const { tokens, dead } = batch
  const acts = hiddenPre.map((value, at) => (dead[at % dSae] ? Math.exp(Math.min(value, GHOST_LIMIT)) : 0))
  const wDec = pieces.parameter(p, 'W_dec')
  const ghost = new Float64Array(tokens * dOut)
  for (let at = 0; at < acts.length; at++) {
    if (acts[at] === 0) continue
    const [t, j] = [Math.floor(at / dSae), at % dSae]
    for (let i = 0; i < dOut; i++) ghost[t * dOut + i]! += acts[at]! * wDec[j * dOut + i]!
  }
  const residual = batch.held?.[0] ?? error.map((value) => -value)
  const scale = batch.held?.[1] ?? new Float64Array(tokens)
  const factor = batch.held?.[2] ?? new Float64Array(tokens)
  const dGhost = new Float64Array(ghost.length)
  let loss = 0
  for (let t = 0; t < tokens; t++) {
    const [g, e] = [ghost.subarray(t * dOut, (t + 1) * dOut), residual.subarray(t * dOut, (t + 1) * dOut)]
    const wanted = squareSum(e)
    if (!batch.held) scale[t] = Math.sqrt(wanted) / (GHOST_EPS + 2 * Math.sqrt(squareSum(g)))
    const difference = g.map((value, i) => scale[t]! * value - e[i]!)
    const squares = squareSum(difference)
    if (!batch.held) factor[t] = wanted / (squares + GHOST_EPS)
    loss += (factor[t]! * squares) / tokens
    dGhost.set(
      difference.map((value) => (2 / tokens) * factor[t]! * scale[t]! * value),
      t * dOut,
    )
  }
  return {
    loss,
    held: [residual, scale, factor],
    addGradients(gradients) {
      const into = pieces.gradient(gradients, 'W_dec')
      for (let at = 0; at < acts.length; at++) {
        if (acts[at] === 0) continue
        const [t, j] = [Math.floor(at / dSae), at % dSae]
        for (let i = 0; i < dOut; i++) into[j * dOut + i]! += acts[at]! * dGhost[t * dOut + i]!
      }
      const dActs = timesTransposed(dGhost, wDec, tokens, dSae, acts)
      const dPre = dActs.map((value, at) => (hiddenPre[at]! < GHOST_LIMIT ? value * acts[at]! : 0))
      addColumnSums(pieces.gradient(gradients, 'b_enc'), dPre, tokens)
      pieces.addEncoderGradients(layout, p, gradients, h, dPre, tokens)
    },
  }
}
