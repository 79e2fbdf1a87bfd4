// The science of the workbench: models, SAEs and features. Runs on a Runtime; does no I/O.
export * from './activations/index.js'
export * from './exports/index.js'
export * from './features/index.js'
export * from './generation/index.js'
export * from './models/index.js'
export * from './parity/index.js'
export * from './quantisation/index.js'
export * from './saes/index.js'
