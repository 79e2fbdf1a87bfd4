// Matching-pursuit SAEs (Costa et al. 2025): no encoder of their own; features are taken greedily from the decoder's rows.
import { z } from 'zod'
import { SaeError } from '../../errors.js'
import type { TrainingArchitecture } from '../../training/architecture.js'
import { parseFields } from '../../training/cfg.js'
import { addColumnSums, affine, dot } from '../../training/math/linear.js'
import * as pieces from '../../training/pieces.js'
import { pursue, pursuitGradient } from '../../training/pursuit.js'

const FieldsSchema = z.looseObject({
  residual_threshold: z.number().min(0).default(0.01),
  max_iterations: z.int().min(1).nullable().default(null),
  stop_on_duplicate_support: z.boolean().default(true),
})

export const train: TrainingArchitecture = {
  name: 'matching_pursuit',
  bind(cfg) {
    const fields = parseFields(FieldsSchema, cfg, 'matching_pursuit')
    const layout = pieces.layoutOf(cfg)
    const { dIn, dSae, applyBDec } = layout
    if (layout.transcoder || layout.skip) {
      throw new SaeError('training_invalid', 'Matching pursuit encodes with its decoder: it cannot be a transcoder.')
    }
    const parameters = { b_dec: [dIn], W_dec: [dSae, dIn] }
    const options = {
      residualThreshold: fields.residual_threshold,
      maxIterations: fields.max_iterations ?? dIn,
      stopOnDuplicateSupport: fields.stop_on_duplicate_support,
    }
    return {
      cfg,
      parameters,
      coefficients: {},
      thresholdRate: null,
      prepare() {},
      pass(p, batch) {
        const { tokens } = batch
        const wDec = pieces.parameter(p, 'W_dec')
        const input = pieces.encoderInput(layout, p, batch)
        const pursuits = Array.from({ length: tokens }, (_, t) =>
          pursue(input.h.subarray(t * dIn, (t + 1) * dIn), wDec, options),
        )
        const acts = new Float64Array(tokens * dSae)
        pursuits.forEach(({ chosen, steps }, t) => {
          for (const [n, j] of chosen.entries()) acts[t * dSae + j]! += steps[n]!
        })
        // b_dec is added at the output only where it was subtracted from the input.
        const decoded = affine(acts, wDec, applyBDec ? pieces.parameter(p, 'b_dec') : null, tokens, dIn)
        const mse = pieces.squaredError(layout, decoded, batch, input)
        return {
          hiddenPre: new Float64Array(acts.length),
          acts,
          out: mse.out,
          losses: { mse_loss: mse.loss },
          held: [],
          gradients() {
            const g = pieces.zeroGradients(parameters)
            const dRows = pieces.gradient(g, 'W_dec')
            const dBias = pieces.gradient(g, 'b_dec')
            pursuits.forEach((pursuit, t) => {
              const dOut = mse.dDecoded.subarray(t * dIn, (t + 1) * dIn)
              for (const j of new Set(pursuit.chosen)) {
                for (let i = 0; i < dIn; i++) dRows[j * dIn + i]! += acts[t * dSae + j]! * dOut[i]!
              }
              const dActs = (j: number) => dot(dOut, wDec.subarray(j * dIn, (j + 1) * dIn))
              const dInput = pursuitGradient(pursuit, wDec, dActs, dRows)
              if (applyBDec) for (let i = 0; i < dIn; i++) dBias[i]! -= dInput[i]!
            })
            if (applyBDec) addColumnSums(dBias, mse.dDecoded, tokens)
            return g
          },
        }
      },
    }
  },
}
