// Gated SAEs (Rajamanoharan et al. 2024): a gate decides which features fire, a rescaled copy of the same encoder how strongly.
import { z } from 'zod'
import type { TrainingArchitecture } from '../../training/architecture.js'
import { parseFields } from '../../training/cfg.js'
import { addColumnSums, timesTransposed } from '../../training/math/linear.js'
import * as pieces from '../../training/pieces.js'

export const GatedFieldsSchema = z.looseObject({
  l1_coefficient: z.number().min(0).default(1),
  l1_warm_up_steps: z.int().min(0).default(0),
})

const addBias = (product: Float64Array, bias: ArrayLike<number>): Float64Array =>
  product.map((value, at) => value + bias[at % bias.length]!)
const relu = (values: Float64Array): Float64Array => values.map((value) => Math.max(0, value))

export const train: TrainingArchitecture = {
  name: 'gated',
  bind(cfg) {
    const fields = parseFields(GatedFieldsSchema, cfg, 'gated')
    const layout = pieces.layoutOf(cfg)
    const { dSae } = layout
    const parameters = { ...pieces.matrixShapes(layout), b_gate: [dSae], r_mag: [dSae], b_mag: [dSae] }
    return {
      cfg,
      parameters,
      coefficients: { l1: { final: fields.l1_coefficient, warmUpSteps: fields.l1_warm_up_steps } },
      thresholdRate: null,
      prepare() {},
      pass(p, batch) {
        const { tokens } = batch
        const wDec = pieces.parameter(p, 'W_dec')
        const scales = Float64Array.from(pieces.parameter(p, 'r_mag'), Math.exp)
        const input = pieces.encoderInput(layout, p, batch)
        const product = pieces.encode(layout, p, input.h, null, tokens)
        const gate = addBias(product, pieces.parameter(p, 'b_gate'))
        const hiddenPre = addBias(
          product.map((value, at) => value * scales[at % dSae]!),
          pieces.parameter(p, 'b_mag'),
        )
        const acts = hiddenPre.map((value, at) => (gate[at]! > 0 ? Math.max(0, value) : 0))
        const mse = pieces.squaredError(layout, pieces.decode(layout, p, acts, batch), batch, input)

        // The two losses of the gate see the raw activations, whatever the run-time normalisation.
        const raw = layout.normalisation === 'none' ? input.h : pieces.withoutBias(layout, p, batch.x, tokens)
        const rawProduct = raw === input.h ? product : pieces.encode(layout, p, raw, null, tokens)
        const open = relu(addBias(rawProduct, pieces.parameter(p, 'b_gate')))
        const aux = pieces.squaredError(layout, pieces.decode(layout, p, open, batch), batch, null)
        const norms = pieces.decoderNorms(layout, wDec)
        const weight = (batch.coefficients['l1'] ?? 0) / tokens
        const sums = new Float64Array(dSae)
        addColumnSums(sums, open, tokens)
        const l1 = sums.reduce((total, sum, j) => total + weight * sum * norms[j]!, 0)
        return {
          hiddenPre,
          acts,
          out: mse.out,
          losses: { mse_loss: mse.loss, l1_loss: l1, auxiliary_reconstruction_loss: aux.loss },
          held: [],
          gradients() {
            const g = pieces.zeroGradients(parameters)
            pieces.addDecoderGradients(layout, g, acts, mse.dDecoded, batch)
            const dMagnitude = timesTransposed(mse.dDecoded, wDec, tokens, dSae, acts)
            addColumnSums(pieces.gradient(g, 'b_mag'), dMagnitude, tokens)
            const dProduct = dMagnitude.map((value, at) => value * scales[at % dSae]!)
            addColumnSums(
              pieces.gradient(g, 'r_mag'),
              dProduct.map((value, at) => value * product[at]!),
              tokens,
            )
            pieces.addEncoderGradients(layout, p, g, input.h, dProduct, tokens)

            pieces.addDecoderGradients(layout, g, open, aux.dDecoded, batch)
            const dGate = timesTransposed(aux.dDecoded, wDec, tokens, dSae, open)
            for (let at = 0; at < dGate.length; at++) if (open[at]! > 0) dGate[at]! += weight * norms[at % dSae]!
            addColumnSums(pieces.gradient(g, 'b_gate'), dGate, tokens)
            pieces.addEncoderGradients(layout, p, g, raw, dGate, tokens)
            pieces.addNormGradients(
              layout,
              p,
              g,
              sums.map((sum) => weight * sum),
            )
            return g
          },
        }
      },
    }
  },
}
