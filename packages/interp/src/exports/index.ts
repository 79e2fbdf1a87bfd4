export { analyseExport, type ExportAnalysis } from './analyse-export.js'
export { type ExportFacts, exportFacts, exportRounding } from './export-facts.js'
export { type ExportSize, estimateExportMemory, exportSize, requireExportMemory } from './export-memory.js'
export { ExportedModel, type ExportOptions } from './exported-model.js'
