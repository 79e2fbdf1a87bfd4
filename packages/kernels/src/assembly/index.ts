// SIMD kernels of the SAE training steps, compiled to WebAssembly. Plain pointers into one memory; what each kernel computes is
// written out, without SIMD, in ../reference.ts. Rows are float32, row-major, `d` floats long with d a multiple of 16 (padded with zeros).
export { addInto, columnSums, errorRows, gatherRows, scaleInto, subtractRow, sumSquares, tokenFigures, weightedRowSum } from './rows'
export { extractAbove, groupByFeature, mergeTopk } from './entries'
export { collectLargest, finishLargest, selectKth } from './batch'
export { selectTop } from './select'
export { decodeRows } from './decode'
export { groupedProducts, groupedSums } from './gradients'
export { adamVector, rowNorms } from './adam'
export { gateBackward, gateInto, jumpBackward, jumpInto, keepWhere, rankInto, reluBackward, reluInto } from './dense'
