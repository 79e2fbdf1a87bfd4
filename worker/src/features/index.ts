// The features room of the worker: its pipeline, and the SAEs that this process keeps open.

export { requireExtractable, requireSteerable } from './sae-kinds.js'
export { enterSaeFile, requireSaeWhole, writeSaeManifest } from './sae-manifest.js'
export { SaeStore, saeFolder, saeStore, withSaeErrors } from './sae-store.js'
