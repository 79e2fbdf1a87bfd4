export { type Bits, BLOCK_SIZE, dequantise, type QuantisedMatrix, quantiseBlocks, quantisedBytes } from './blocks.js'
export { QualityMeter, type QuantisationQuality } from './quality.js'
