export { BLOCK_SIZE, type Bits, dequantise, type QuantisedMatrix, quantiseBlocks, quantisedBytes } from './blocks.js'
export { type QuantisationQuality, QualityMeter } from './quality.js'
