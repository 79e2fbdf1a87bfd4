// SAE trainings: parameters of every architecture, sweeps, control, metrics.
export {
  ARCHITECTURES,
  architectureOf,
  FIRST_ARCHITECTURE,
  LOSS_KEYS,
  type LossKey,
  OPTION_CONDITIONS,
} from './architectures/index.js'
export * from './control.js'
export * from './metrics.js'
export * from './option-kinds.js'
export * from './option-texts.js'
export * from './options.js'
export * from './params.js'
export * from './rules.js'
export * from './schedules.js'
export * from './sweeps.js'
export * from './training.js'
