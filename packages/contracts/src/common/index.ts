export * from './envelope.js'
export * from './errors.js'
export * from './precision.js'
export * from './trouble.js'
