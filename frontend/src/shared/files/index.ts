// Files for the rooms that take them: browsing of import roots, and files and folders sent from this computer.
export { dismissTransfer, useTransfer } from './upload/transfer.js'
export { FileBrowser } from './view/file-browser.js'
export { UploadFiles } from './view/upload-files.js'
