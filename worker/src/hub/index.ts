// The hub room of the worker: models from the Hugging Face hub, and what other rooms need to fetch from it and to write to it.
export { allFiles, type RepoFile, revisionInfo, smallFile } from './api.js'

export type { DownloadOptions } from './files/file-download.js'

export type { Places } from './snapshots/places.js'
export { requireSafeName } from './snapshots/select.js'
export { downloadSnapshot } from './snapshots/snapshot.js'
export { withControl } from './transport/control.js'
export { BRISK, PATIENT, type Timing } from './transport/retry.js'
export { uploadFiles } from './upload/upload-files.js'
export { cachePlaces, type HubWorld, hubWorld, requireOnline } from './world.js'
