export { analyseExport, type ExportAnalysis } from './analyse-export.js'
export { ExportedModel, type ExportOptions } from './exported-model.js'
