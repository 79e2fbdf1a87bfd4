export { type Check, type Difference, difference, differenceCheck, type RunVariant, type ValidRows } from './check.js'
export { type GoldenInfo, parseGoldenInfo } from './golden-info.js'
export { type GoldenInput, verifyGolden } from './goldens.js'
export { cacheCheck, determinismCheck, finiteCheck, lossCheck, precisionCheck } from './numerics.js'
