// The files room of the worker.
export { damageOf, noteCheck, noteDamage } from './damage.js'
export { withFileErrors } from './errors.js'
export { requireModelWhole, writeModelManifest } from './model-manifest.js'
export { folderOf } from './places.js'
export { removeFilesPipeline } from './remove.pipeline.js'
export { rootsOf } from './roots.js'
export { freeAt, requireSpace } from './space.js'
