// Architectures that select entries by rank: per token, per batch, over nested prefixes.
import { BatchTopkFieldsSchema, MatryoshkaFieldsSchema, TopkFieldsSchema } from '@mistudio/interp/saes'
import type { Planner } from './planner.js'

const perToken = (name: string, signed: boolean): Planner => ({
  name,
  plan(cfg, common) {
    const { k, ...fields } = TopkFieldsSchema.parse(cfg)
    return { ...common, ...ranked(fields, k), over: 'token', signed, ...whole(cfg) }
  },
})

export const topk = perToken('topk', false)
export const abstopk = perToken('abstopk', true)

export const batchtopk: Planner = {
  name: 'batchtopk',
  plan(cfg, common) {
    const { k, ...fields } = BatchTopkFieldsSchema.parse(cfg)
    return { ...common, ...ranked(fields, k), over: 'batch', signed: false, ...whole(cfg) }
  },
}

export const matryoshka: Planner = {
  name: 'matryoshka_batchtopk',
  plan(cfg, common) {
    const {
      k,
      matryoshka_widths: given,
      use_matryoshka_aux_loss: auxPerWidth,
      ...fields
    } = MatryoshkaFieldsSchema.parse(cfg)
    const widths = given.at(-1) === cfg.d_sae ? given : [...given, cfg.d_sae]
    return { ...common, ...ranked(fields, k), over: 'batch', signed: false, widths, auxPerWidth }
  },
}

function ranked(fields: { rescale_acts_by_decoder_norm: boolean; aux_loss_coefficient: number }, k: number) {
  const { rescale_acts_by_decoder_norm: rescale, aux_loss_coefficient: auxCoefficient } = fields
  return { kind: 'topk' as const, k, rescale, auxCoefficient }
}

const whole = ({ d_sae: dSae }: { readonly d_sae: number }) => ({ widths: [dSae], auxPerWidth: false })
