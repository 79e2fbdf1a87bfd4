// Files for the rooms that take them: browsing of import roots, and folders sent from this computer.
export { rateOf, secondsLeft } from './upload/pace.js'
export { fromDrop, fromInput } from './upload/picked.js'
export { type Picked, type Selection, selectModelFiles, uploadToContinue } from './upload/selection.js'
export {
  cancelTransfer,
  dismissTransfer,
  pauseTransfer,
  removeUpload,
  resumeTransfer,
  sentBytes,
  startTransfer,
  type Transfer,
  useTransfer,
} from './upload/transfer.js'
export { FileBrowser } from './view/file-browser.js'
