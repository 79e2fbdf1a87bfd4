// SIMD kernels of the TopK SAE training step, compiled to WebAssembly. Plain pointers into one memory; what each kernel computes is
// written out, without SIMD, in ../reference.ts. Rows are float32, row-major, `d` floats long with d a multiple of 16 (padded with zeros).
export { addInto, columnSums, errorRows, gatherRows, subtractRow, sumSquares, weightedRowSum } from './rows'
export { groupByFeature, mergeTopk, unscale } from './entries'
export { selectTop } from './select'
export { decodeRows } from './decode'
export { accumulateGradients } from './gradients'
export { adamVector, rowNorms } from './adam'
