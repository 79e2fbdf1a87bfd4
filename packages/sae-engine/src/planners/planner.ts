// How a configuration of one architecture becomes the plan of a sharded step. One file per family; the table is in index.ts. Loaded where
// steps are opened, never in their threads.
import type { TrainingCfg } from '@mistudio/interp/saes'
import type { CommonPlan, ShardPlan } from '../plan/types.js'

export interface Planner {
  /** Architecture, as in SAELens's cfg.json of a training. */
  readonly name: string
  /** null where only the plain reference computes it. */
  plan(cfg: TrainingCfg, common: CommonPlan): ShardPlan | null
}
