export { InstallationCheckCard } from './view/installation-check.js'
