// What other rooms show of models: the precision of a run, and the choice of one.
export { draftProblem, type PrecisionDraft, startPrecision } from './precision.js'
export { RunPrecision } from './precision-badge.js'
export { PrecisionChoice } from './precision-choice.js'
