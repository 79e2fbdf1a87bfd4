export { analyseExport, type ExportAnalysis } from './analyse-export.js'
export { type ExportFacts, exportFacts, exportRounding } from './export-facts.js'
export { ExportedModel, type ExportOptions } from './exported-model.js'
