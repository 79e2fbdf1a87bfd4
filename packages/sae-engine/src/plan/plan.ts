// What a sharded step computes for one configuration, in the terms of the shards: parsed once, sent to every thread.
import type { TrainableSae } from '@mistudio/interp/saes'
import { plannerOf } from '../planners/index.js'
import type { CommonPlan, ShardPlan } from './types.js'

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
  return plannerOf(cfg.architecture)?.plan(cfg, common) ?? null
}
