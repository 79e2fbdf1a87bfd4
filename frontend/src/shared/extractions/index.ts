// Extractions: used by the rooms of features, SAEs and steering. Has no pages of its own.
export * from './api.js'
export { extractionName, missingFor, sortExtractions, summaryLine } from './prepare.js'
export { textLine } from './text.js'
export { ExtractionCard } from './view/extraction-card.js'
export { StartExtraction } from './view/start-extraction.js'
