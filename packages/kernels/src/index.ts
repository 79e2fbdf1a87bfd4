// Loops that ONNX Runtime does badly on a CPU, compiled to WebAssembly SIMD, each beside a plain reference.
export { allocate, doubles, floats, MAX_MEMORY_BYTES, memoryBytes, type Slot } from './arena.js'
export { blockRoom, columnBlock } from './blocks.js'
export { KernelError, type Kernels, loadKernels, type Pointer, paddedWidth, ROW_MULTIPLE } from './kernels.js'
export * as reference from './reference.js'
export type { KernelMemory } from './wasm.js'
