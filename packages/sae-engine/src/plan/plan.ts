// What a sharded step computes for one configuration, in the terms of the shards: parsed once, sent to every thread.
import {
  BatchTopkFieldsSchema,
  GatedFieldsSchema,
  JumpreluFieldsSchema,
  MatryoshkaFieldsSchema,
  StandardFieldsSchema,
  TopkFieldsSchema,
  type TrainableSae,
} from '@mistudio/interp/saes'
import { type CommonPlan, normalises, type ShardPlan } from './types.js'

/** The plan of a configuration, or null where only the plain reference computes it. */
export function shardPlan({ cfg }: TrainableSae): ShardPlan | null {
  if (cfg.skip_connection) return null
  const dOut = cfg.d_out ?? cfg.d_in
  const common: CommonPlan = {
    dIn: cfg.d_in,
    dOut,
    dSae: cfg.d_sae,
    applyBDec: cfg.apply_b_dec_to_input,
    transcoder: cfg.d_out !== undefined,
    normalisation: cfg.normalize_activations,
    siteWidths: cfg.site_widths ?? [dOut],
  }
  switch (cfg.architecture) {
    case 'topk':
    case 'abstopk': {
      const { k, ...fields } = TopkFieldsSchema.parse(cfg)
      return { ...common, ...topk(fields, k), over: 'token', signed: cfg.architecture === 'abstopk', ...whole(cfg) }
    }
    case 'batchtopk': {
      const { k, ...fields } = BatchTopkFieldsSchema.parse(cfg)
      return { ...common, ...topk(fields, k), over: 'batch', signed: false, ...whole(cfg) }
    }
    case 'matryoshka_batchtopk': {
      const {
        k,
        matryoshka_widths: given,
        use_matryoshka_aux_loss: auxPerWidth,
        ...fields
      } = MatryoshkaFieldsSchema.parse(cfg)
      const widths = given.at(-1) === cfg.d_sae ? given : [...given, cfg.d_sae]
      return { ...common, ...topk(fields, k), over: 'batch', signed: false, widths, auxPerWidth }
    }
    case 'standard': {
      const { lp_norm: power, ghost_grads: ghosts } = StandardFieldsSchema.parse(cfg)
      return { ...common, kind: 'standard', power, ghosts }
    }
    case 'gated':
      // Under run-time normalisation the gate's losses see other inputs than its product: two encoders, no common entries.
      GatedFieldsSchema.parse(cfg)
      return normalises(common) ? null : { ...common, kind: 'gated' }
    case 'jumprelu': {
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
    }
    default:
      return null
  }
}

function topk(fields: { rescale_acts_by_decoder_norm: boolean; aux_loss_coefficient: number }, k: number) {
  const { rescale_acts_by_decoder_norm: rescale, aux_loss_coefficient: auxCoefficient } = fields
  return { kind: 'topk' as const, k, rescale, auxCoefficient }
}

const whole = ({ d_sae: dSae }: { readonly d_sae: number }) => ({ widths: [dSae], auxPerWidth: false })
