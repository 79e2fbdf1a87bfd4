// Architectures whose activations depend on one pre-activation each.
import { GatedFieldsSchema, JumpreluFieldsSchema, StandardFieldsSchema } from '@mistudio/interp/saes'
import { normalises } from '../plan/types.js'
import type { Planner } from './planner.js'

export const standard: Planner = {
  name: 'standard',
  plan(cfg, common) {
    const { lp_norm: power, ghost_grads: ghosts } = StandardFieldsSchema.parse(cfg)
    return { ...common, kind: 'standard', power, ghosts }
  },
}

export const gated: Planner = {
  name: 'gated',
  plan(cfg, common) {
    GatedFieldsSchema.parse(cfg)
    // Under run-time normalisation the gate's losses see other inputs than its product: two encoders, no common entries.
    return normalises(common) ? null : { ...common, kind: 'gated' }
  },
}

export const jumprelu: Planner = {
  name: 'jumprelu',
  plan(cfg, common) {
    const fields = JumpreluFieldsSchema.parse(cfg)
    return {
      ...common,
      kind: 'jumprelu',
      mode: fields.jumprelu_sparsity_loss_mode,
      bandwidth: fields.jumprelu_bandwidth,
      toInput: fields.jumprelu_ste_to_input,
      tanhScale: fields.jumprelu_tanh_scale,
      targetL0: fields.target_l0 ?? 0,
      preAct: fields.pre_act_loss_coefficient,
      ghosts: fields.ghost_grads,
    }
  },
}
