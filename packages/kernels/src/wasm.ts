// The part of the WebAssembly interface that is used here; the compiler's library knows it only together with the browser's.

/** One linear memory; a typed array over `buffer` reads and writes it directly. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer
}

interface WebAssemblyInterface {
  Memory: new (limits: { initial: number; maximum: number }) => KernelMemory
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: { env: { memory: KernelMemory } }) => { readonly exports: unknown }
}

export const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly
