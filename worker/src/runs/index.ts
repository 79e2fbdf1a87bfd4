export { packLeftTails, packRun, storeMetrics } from './metrics.js'
