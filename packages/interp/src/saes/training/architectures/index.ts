// Table of the SAE architectures that can be trained. Another one is one file and one line.
import { SaeError } from '../../errors.js'
import type { TrainableSae, TrainingArchitecture } from '../architecture.js'
import { parseFields, TrainingCfgSchema } from '../cfg.js'
import { abstopk } from './abstopk.js'
import { batchtopk } from './batchtopk.js'
import { gated } from './gated.js'
import { jumprelu } from './jumprelu.js'
import { matchingPursuit } from './matching-pursuit.js'
import { matryoshkaBatchtopk } from './matryoshka.js'
import { standard } from './standard.js'
import { topk } from './topk.js'

export const TRAINING_ARCHITECTURES: readonly TrainingArchitecture[] = [
  standard,
  gated,
  jumprelu,
  topk,
  batchtopk,
  matryoshkaBatchtopk,
  abstopk,
  matchingPursuit,
]

/** Binds a training configuration (SAELens's cfg.json) to its architecture. @throws SaeError `training_invalid`. */
export function trainableSae(value: unknown): TrainableSae {
  const cfg = parseFields(TrainingCfgSchema, value, 'training')
  const found = TRAINING_ARCHITECTURES.find(({ name }) => name === cfg.architecture)
  if (found) return found.bind(cfg)
  const names = TRAINING_ARCHITECTURES.map(({ name }) => name).join(', ')
  throw new SaeError('training_invalid', `"${cfg.architecture}" SAEs cannot be trained. Choose one of ${names}.`, {
    field: 'architecture',
  })
}
