export { type ComparableSite, comparableSite, compareSites, type PairFigures } from './comparison.js'
export { type ActivationFigures, ActivationStatistics } from './statistics.js'
