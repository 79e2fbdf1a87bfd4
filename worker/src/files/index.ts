// The files room of the worker.
export { damageOf, noteCheck, noteDamage } from './damage.js'
export { asAppError, withFileErrors } from './errors.js'
export { readModelManifest, requireModelWhole, writeModelManifest } from './model-manifest.js'
export { folderOf, type Room } from './places.js'
export { removeFilesPipeline } from './remove.pipeline.js'
export { rootsOf } from './roots.js'
export { freeAt, requireSpace } from './space.js'
export { storedCheckPipeline } from './stored-check.pipeline.js'
