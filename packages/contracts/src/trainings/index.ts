// SAE trainings: parameters of every architecture, sweeps, control, metrics.
export * from './control.js'
export * from './metrics.js'
export * from './option-kinds.js'
export * from './option-texts.js'
export * from './options.js'
export * from './params.js'
export * from './sweeps.js'
export * from './training.js'
