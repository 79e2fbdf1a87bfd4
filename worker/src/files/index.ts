// The files room of the worker.
export { damageOf, noteDamage } from './damage.js'
export { withFileErrors } from './errors.js'
export { requireModelWhole, writeModelManifest } from './model-manifest.js'
export { folderOf } from './places.js'
export { removeFilesPipeline } from './remove.pipeline.js'
export { rootsOf } from './roots.js'
export { noteCheck } from './rows.js'
export { freeAt, requireSpace } from './space.js'
