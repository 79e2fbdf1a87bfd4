// JumpReLU SAEs (Rajamanoharan et al. 2024b): a threshold per feature, trained by straight-through estimators. Sparsity losses: step
// (the paper's L0), quadratic (towards a target L0, same paper's appendix), tanh and the pre-activation loss (Anthropic, January 2025).
import { z } from 'zod'
import type { TrainingArchitecture } from '../../training/architecture.js'
import { parseFields } from '../../training/cfg.js'
import { ghostLoss, ghostsOf, ghostTerm } from '../../training/ghost.js'
import { addColumnSums, timesTransposed } from '../../training/math/linear.js'
import * as pieces from '../../training/pieces.js'
import { preActivationLoss, sparsityLoss } from '../../training/sparsity.js'

export const JumpreluFieldsSchema = z
  .looseObject({
    /** Width of the window around the threshold in which its pseudo-gradient is not 0. */
    jumprelu_bandwidth: z.number().positive().default(0.05),
    jumprelu_init_threshold: z.number().default(0.01),
    jumprelu_sparsity_loss_mode: z.enum(['step', 'tanh', 'quadratic']).default('step'),
    l0_coefficient: z.number().min(0).default(1),
    l0_warm_up_steps: z.int().min(0).default(0),
    pre_act_loss_coefficient: z.number().min(0).nullable().default(null),
    jumprelu_tanh_scale: z.number().default(4),
    /** Lets the straight-through estimators reach the encoder's input too. */
    jumprelu_ste_to_input: z.boolean().default(false),
    target_l0: z.number().positive().nullable().default(null),
    ghost_grads: z.boolean().default(false),
  })
  .refine((f) => f.jumprelu_sparsity_loss_mode !== 'quadratic' || f.target_l0 !== null, {
    error: 'the quadratic loss needs a target L0',
    path: ['target_l0'],
  })

export const train: TrainingArchitecture = {
  name: 'jumprelu',
  bind(cfg) {
    const fields = parseFields(JumpreluFieldsSchema, cfg, 'jumprelu')
    const layout = pieces.layoutOf(cfg)
    const ghosts = ghostsOf(layout, fields)
    const { dSae } = layout
    const parameters = { ...pieces.matrixShapes(layout), b_enc: [dSae], threshold: [dSae] }
    const width = fields.jumprelu_bandwidth
    const toInput = fields.jumprelu_ste_to_input
    return {
      cfg,
      parameters,
      coefficients: { l0: { final: fields.l0_coefficient, warmUpSteps: fields.l0_warm_up_steps } },
      thresholdRate: null,
      prepare(p) {
        const threshold = pieces.parameter(p, 'threshold')
        for (let j = 0; j < dSae; j++) threshold[j] = Math.max(0, threshold[j]!)
      },
      pass(p, batch) {
        const { tokens } = batch
        const wDec = pieces.parameter(p, 'W_dec')
        const theta = pieces.parameter(p, 'threshold')
        const input = pieces.encoderInput(layout, p, batch)
        const hiddenPre = pieces.encode(layout, p, input.h, pieces.parameter(p, 'b_enc'), tokens)
        const acts = hiddenPre.map((value, at) => (value > theta[at % dSae]! ? value : 0))
        const mse = pieces.squaredError(layout, pieces.decode(layout, p, acts, batch), batch, input)
        const norms = pieces.decoderNorms(layout, wDec)
        const sparsity = sparsityLoss(
          {
            mode: fields.jumprelu_sparsity_loss_mode,
            coefficient: batch.coefficients['l0'] ?? 0,
            tanhScale: fields.jumprelu_tanh_scale,
            targetL0: fields.target_l0 ?? 0,
          },
          { hiddenPre, acts, theta, norms, tokens },
        )
        const q = fields.pre_act_loss_coefficient
        const preAct = q === null ? null : preActivationLoss(q, batch.dead, { hiddenPre, acts, theta, norms, tokens })
        const ghost = ghosts ? ghostTerm(layout, p, batch, { h: input.h, hiddenPre, error: mse.error }) : null
        return {
          hiddenPre,
          acts,
          out: mse.out,
          losses: {
            mse_loss: mse.loss,
            l0_loss: sparsity.loss,
            ...(preAct ? { pre_act_loss: preAct.loss } : {}),
            ...ghostLoss(ghosts, ghost),
          },
          held: ghost?.held ?? [],
          gradients() {
            const g = pieces.zeroGradients(parameters)
            pieces.addDecoderGradients(layout, g, acts, mse.dDecoded, batch)
            const dActs = timesTransposed(mse.dDecoded, wDec, tokens, dSae)
            const dTheta = pieces.gradient(g, 'threshold')
            const dPre = new Float64Array(dActs.length)
            for (let at = 0; at < dActs.length; at++) {
              const j = at % dSae
              const [pre, edge] = [hiddenPre[at]!, theta[j]!]
              const dAct = dActs[at]! + (sparsity.dActs?.[at] ?? 0)
              if (pre > edge) dPre[at]! += dAct
              if (Math.abs(pre - edge) < width / 2) {
                const jump = (dAct * edge + (sparsity.dOpen?.[at] ?? 0)) / width
                dTheta[j]! -= jump
                if (toInput) dPre[at]! += jump
              }
              if (preAct) {
                dTheta[j]! += preAct.dThetaMinusPre[at]!
                dPre[at]! -= preAct.dThetaMinusPre[at]!
              }
            }
            if (sparsity.dNorms) pieces.addNormGradients(layout, p, g, sparsity.dNorms)
            if (preAct) pieces.addNormGradients(layout, p, g, preAct.dNorms)
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
