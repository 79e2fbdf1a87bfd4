// Standard SAEs (ReLU with an Lp penalty on activations weighted by decoder norms; SAELens `standard`).
import { z } from 'zod'
import type { TrainingArchitecture } from '../../training/architecture.js'
import { parseFields } from '../../training/cfg.js'
import { ghostLoss, ghostsOf, ghostTerm } from '../../training/ghost.js'
import { addColumnSums, timesTransposed } from '../../training/math/linear.js'
import * as pieces from '../../training/pieces.js'

export const StandardFieldsSchema = z.looseObject({
  l1_coefficient: z.number().min(0).default(1),
  /** p of the p-norm; below 1 it is not a norm, and allowed. */
  lp_norm: z.number().positive().default(1),
  l1_warm_up_steps: z.int().min(0).default(0),
  ghost_grads: z.boolean().default(false),
})

export const train: TrainingArchitecture = {
  name: 'standard',
  bind(cfg) {
    const fields = parseFields(StandardFieldsSchema, cfg, 'standard')
    const layout = pieces.layoutOf(cfg)
    const ghosts = ghostsOf(layout, fields)
    const parameters = { ...pieces.matrixShapes(layout), b_enc: [layout.dSae] }
    return {
      cfg,
      parameters,
      coefficients: { l1: { final: fields.l1_coefficient, warmUpSteps: fields.l1_warm_up_steps } },
      thresholdRate: null,
      prepare() {},
      pass(p, batch) {
        const { tokens } = batch
        const input = pieces.encoderInput(layout, p, batch)
        const hiddenPre = pieces.encode(layout, p, input.h, pieces.parameter(p, 'b_enc'), tokens)
        const acts = hiddenPre.map((value) => Math.max(0, value))
        const mse = pieces.squaredError(layout, pieces.decode(layout, p, acts, batch), batch, input)
        const norms = pieces.decoderNorms(layout, pieces.parameter(p, 'W_dec'))
        const penalty = lpPenalty(acts, norms, fields.lp_norm, batch.coefficients['l1'] ?? 0, tokens)
        const ghost = ghosts ? ghostTerm(layout, p, batch, { h: input.h, hiddenPre, error: mse.error }) : null
        return {
          hiddenPre,
          acts,
          out: mse.out,
          losses: { mse_loss: mse.loss, l1_loss: penalty.loss, ...ghostLoss(ghosts, ghost) },
          held: ghost?.held ?? [],
          gradients() {
            const g = pieces.zeroGradients(parameters)
            pieces.addDecoderGradients(layout, g, acts, mse.dDecoded, batch)
            const dPre = timesTransposed(mse.dDecoded, pieces.parameter(p, 'W_dec'), tokens, layout.dSae, acts)
            const dNorms = new Float64Array(layout.dSae)
            for (let at = 0; at < acts.length; at++) {
              const j = at % layout.dSae
              dPre[at]! += penalty.dWeighted[at]! * norms[j]!
              dNorms[j]! += penalty.dWeighted[at]! * acts[at]!
            }
            pieces.addNormGradients(layout, p, g, dNorms)
            addColumnSums(pieces.gradient(g, 'b_enc'), dPre, tokens)
            pieces.addEncoderGradients(layout, p, g, input.h, dPre, tokens)
            ghost?.addGradients(g)
            return g
          },
        }
      },
    }
  },
}

/**
 * l · E ‖a · n‖_p, root included, and its gradient by a · n. An activation of 0 has gradient 0, also for p < 1 where the limit is
 * infinite.
 */
function lpPenalty(acts: Float64Array, norms: Float64Array, power: number, coefficient: number, tokens: number) {
  const dSae = norms.length
  const dWeighted = new Float64Array(acts.length)
  let loss = 0
  for (let t = 0; t < tokens; t++) {
    let sum = 0
    for (let j = 0; j < dSae; j++) {
      const weighted = acts[t * dSae + j]! * norms[j]!
      if (weighted > 0) sum += weighted ** power
    }
    if (sum === 0) continue
    const norm = sum ** (1 / power)
    loss += (coefficient / tokens) * norm
    for (let j = 0; j < dSae; j++) {
      const weighted = acts[t * dSae + j]! * norms[j]!
      if (weighted > 0) dWeighted[t * dSae + j] = (coefficient / tokens) * (weighted / norm) ** (power - 1)
    }
  }
  return { loss, dWeighted }
}
