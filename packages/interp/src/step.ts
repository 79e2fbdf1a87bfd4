// The face for the threads of a training step: the few pieces that run in their loops, without schemas, models or graphs. A thread
// starts in a third of the time that the whole package takes to load.
export { auxWidth } from './saes/aux-width.js'
export { SaeError } from './saes/errors.js'
export { joinFloats } from './saes/join.js'
export { constrainDecoder, projectDecoderGradient } from './saes/training/decoder-norm.js'
export { GHOST_EPS, GHOST_LIMIT } from './saes/training/ghost-limits.js'
