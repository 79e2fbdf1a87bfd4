// Choosing sites of a model: the same grid of kinds and layers wherever one or several are asked for.
export { SiteGrid } from './view/site-grid.js'
export { SitePicker } from './view/site-picker.js'
