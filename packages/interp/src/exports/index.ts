export { analyseExport, type ExportAnalysis, ExportedModel, type ExportOptions } from './exported-model.js'
