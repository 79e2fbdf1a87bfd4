// From a training's cfg.json to its architecture, bound to it.
import { KINDS, kindOf } from '../architectures/table.js'
import { SaeError } from '../errors.js'
import type { TrainableSae, TrainingArchitecture } from './architecture.js'
import { parseFields, TrainingCfgSchema } from './cfg.js'

export const TRAINING_ARCHITECTURES: readonly TrainingArchitecture[] = KINDS.flatMap(({ train }) => train ?? [])

/** Binds a training configuration (SAELens's cfg.json) to its architecture. @throws SaeError `training_invalid`. */
export function trainableSae(value: unknown): TrainableSae {
  const cfg = parseFields(TrainingCfgSchema, value, 'training')
  const train = kindOf(cfg.architecture)?.train
  if (train) return train.bind(cfg)
  const names = TRAINING_ARCHITECTURES.map(({ name }) => name).join(', ')
  throw new SaeError('training_invalid', `"${cfg.architecture}" SAEs cannot be trained. Choose one of ${names}.`, {
    field: 'architecture',
  })
}
