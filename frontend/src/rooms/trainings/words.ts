// Words of the training room for values that are names. Pure.
import { ARCHITECTURE_TEXTS, type TrainingOption } from '@mistudio/contracts'

const CHOICES: Readonly<Record<string, string>> = {
  linear: 'Linear: warm-up, hold, decay',
  cosine: 'Cosine: warm-up, then a half cosine',
  cosine_restarts: 'Cosines with restarts',
  constant: 'Constant: warm-up, then hold',
  none: 'None',
  expected_average_only_in: 'Average norm (folded in)',
  constant_norm_rescale: 'Constant norm per token',
  layer_norm: 'Layer norm per token',
  covariance_whitening: 'Whitening (folded in)',
  auto: 'Automatic',
  on: 'On',
  off: 'Off',
  zeros: 'Zeros',
  mean: 'Mean',
  geometric_median: 'Geometric median',
  step: 'Step (L0)',
  tanh: 'Tanh',
  quadratic: 'Quadratic, towards the target',
  resampling: 'Resampling',
  ghost_grads: 'Ghost gradients',
  unit: 'Unit: every row 1',
  at_most_one: 'At most 1',
}

/** A choice of an option in words. */
export const choiceLabel = (value: string): string =>
  CHOICES[value] ?? (ARCHITECTURE_TEXTS as Readonly<Record<string, { label: string }>>)[value]?.label ?? value

/** What it means that an option is left empty, where that is not simply to go without. */
const EMPTY: Partial<Record<TrainingOption, string>> = {
  dataSeed: 'as the seed',
  bufferMemory: 'all in memory',
  outputSite: 'the same site',
}
export const emptyLabel = (option: string): string => EMPTY[option as TrainingOption] ?? 'none'

export const architectureLabel = (architecture: keyof typeof ARCHITECTURE_TEXTS): string =>
  ARCHITECTURE_TEXTS[architecture].label
