export { defineFolders, type Folder, type Folders } from './folders.js'
export { type LateEnum, lateEnum } from './late-enum.js'
export { type AnyPlace, type AskedOf, type PlaceChanges, place } from './place.js'
export { defineRoom, type Room } from './room.js'
export { type DownloadRoute, isRaw, type JsonRoute, type RawRoute, type Route, type UploadRoute } from './route.js'
export * as words from './words.js'
export {
  defineWork,
  type JobDefinition,
  type QueueClass,
  QueueClassSchema,
  type Subject,
  type Tone,
  type Work,
} from './work.js'
