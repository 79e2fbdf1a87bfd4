// Browsing of import roots: used by the add dialogs of models and datasets.
export { FileBrowser } from './view/file-browser.js'
