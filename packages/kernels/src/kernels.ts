// Loads the compiled kernels over one memory. Arguments are byte offsets (`Pointer`) into that memory, counts and scalars.
import { readFileSync } from 'node:fs'
import { Instance, type KernelMemory, Module } from './wasm.js'

/** Byte offset into the kernels' memory, a multiple of 16. */
export type Pointer = number

/** Rows are padded with zeros to a multiple of this many floats. */
export const ROW_MULTIPLE = 16

/** Width of a padded row, in floats. */
export const paddedWidth = (width: number): number => Math.ceil(width / ROW_MULTIPLE) * ROW_MULTIPLE

/** See `reference.ts` for what each kernel computes; `d` is always a padded width. */
export interface Kernels {
  addInto(to: Pointer, from: Pointer, count: number): void
  scaleInto(to: Pointer, from: Pointer, count: number, factor: number): void
  subtractRow(to: Pointer, x: Pointer, row: Pointer, rows: number, d: number): void
  errorRows(e: Pointer, x: Pointer, row: Pointer, rows: number, d: number): void
  sumSquares(x: Pointer, count: number): number
  tokenFigures(e: Pointer, x: Pointer, mean: Pointer, rows: number, d: number, figures: Pointer): void
  columnSums(x: Pointer, rows: number, d: number, sums: Pointer): void
  weightedRowSum(w: Pointer, weight: Pointer, rows: number, d: number, sums: Pointer): void
  gatherRows(to: Pointer, from: Pointer, ids: Pointer, count: number, d: number): void
  extractAbove(
    ...args: [
      ...[pre: Pointer, low: Pointer, rows: number, features: number, capacity: number],
      ...[offset: Pointer, index: Pointer, value: Pointer],
    ]
  ): number
  collectLargest(
    ...args: [
      ...[pre: Pointer, scale: Pointer, rows: number, features: number, first: number, keep: number, capacity: number],
      ...[state: Pointer, values: Pointer, token: Pointer, index: Pointer, room: Pointer],
    ]
  ): void
  finishLargest(
    ...args: [keep: number, state: Pointer, values: Pointer, token: Pointer, index: Pointer, room: Pointer]
  ): number
  selectKth(values: Pointer, count: number, k: number): number
  mergeTopk(
    ...args: [
      ...[candidates: Pointer, counts: Pointer, shards: number, self: number, rows: number, stride: number, k: number],
      ...[positive: number, cursor: Pointer, keep: Pointer],
    ]
  ): void
  selectTop(
    ...args: [
      ...[pre: Pointer, bias: Pointer, scale: Pointer, rows: number, features: number, k: number, stride: number],
      ...[values: Pointer, index: Pointer, room: Pointer],
    ]
  ): void
  groupByFeature(
    ...args: [
      ...[offset: Pointer, index: Pointer, value: Pointer, rows: number, features: number],
      ...[start: Pointer, position: Pointer, token: Pointer, sorted: Pointer],
    ]
  ): void
  decodeRows(
    ...args: [
      ...[values: Pointer, index: Pointer, begin: Pointer, end: Pointer, rows: number, d: number],
      ...[w: Pointer, out: Pointer],
    ]
  ): void
  /** `block`: see `columnBlock`. */
  groupedProducts(
    ...args: [
      ...[w: Pointer, rows: Pointer, start: Pointer, token: Pointer, out: Pointer, features: number, tokens: number],
      ...[d: number, block: number, room: Pointer],
    ]
  ): void
  groupedSums(
    ...args: [
      ...[
        to: Pointer,
        rows: Pointer,
        start: Pointer,
        token: Pointer,
        weight: Pointer,
        features: number,
        tokens: number,
      ],
      ...[d: number, block: number, room: Pointer, add: number],
    ]
  ): void
  adamVector(
    ...args: [
      ...[count: number, p: Pointer, g: Pointer, m: Pointer, v: Pointer, clip: number, beta1: number, beta2: number],
      ...[oneMinusBeta1: number, oneMinusBeta2: number, step: number, root: number, eps: number, decay: number],
    ]
  ): void
  reluInto(acts: Pointer, pre: Pointer, count: number): void
  reluBackward(
    ...args: [
      ...[acts: Pointer, d: Pointer, add: Pointer, rows: number, features: number],
      ...[sumD: Pointer, sumActs: Pointer, fired: Pointer],
    ]
  ): void
  gateInto(
    ...args: [
      ...[acts: Pointer, open: Pointer, gate: Pointer, bGate: Pointer, scale: Pointer, bMag: Pointer],
      ...[rows: number, features: number],
    ]
  ): void
  gateBackward(
    ...args: [
      ...[acts: Pointer, open: Pointer, d0: Pointer, d1: Pointer, add: Pointer, bGate: Pointer, scale: Pointer],
      ...[rows: number, features: number],
      ...[sumGate: Pointer, sumOpen: Pointer, sumMag: Pointer, sumScale: Pointer, fired: Pointer],
    ]
  ): void
  jumpInto(acts: Pointer, pre: Pointer, theta: Pointer, rows: number, features: number, open: Pointer): void
  jumpBackward(
    ...args: [
      ...[pre: Pointer, d: Pointer, theta: Pointer, dOpen: Pointer, width: number, toInput: number],
      ...[rows: number, features: number, sumD: Pointer, sumTheta: Pointer, fired: Pointer],
    ]
  ): void
  rankInto(to: Pointer, pre: Pointer, scale: Pointer, rows: number, features: number, magnitudes: number): void
  keepWhere(d: Pointer, code: Pointer, count: number): void
  rowNorms(w: Pointer, rows: number, d: number, norm: Pointer, inverse: Pointer): void
}

const KERNEL_NAMES: readonly (keyof Kernels)[] = [
  ...(['addInto', 'scaleInto', 'subtractRow', 'errorRows', 'sumSquares', 'tokenFigures', 'columnSums'] as const),
  ...(['weightedRowSum', 'gatherRows', 'extractAbove', 'collectLargest', 'finishLargest', 'selectKth'] as const),
  ...(['selectTop', 'mergeTopk', 'groupByFeature', 'decodeRows', 'groupedProducts', 'groupedSums'] as const),
  ...(['adamVector', 'rowNorms', 'reluInto', 'reluBackward', 'gateInto', 'gateBackward'] as const),
  ...(['jumpInto', 'jumpBackward', 'rankInto', 'keepWhere'] as const),
]

/** The kernels cannot be loaded: not built, or another version than this package. */
export class KernelError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'KernelError'
  }
}

const isKernels = (exports: unknown): exports is Kernels =>
  typeof exports === 'object' &&
  exports !== null &&
  KERNEL_NAMES.every((name) => typeof (exports as Record<string, unknown>)[name] === 'function')

/**
 * Instantiates the kernels on `memory`.
 * @throws KernelError when the compiled file is missing or lacks a kernel: build the package again.
 */
export function loadKernels(memory: KernelMemory): Kernels {
  const file = new URL('../build/kernels.wasm', import.meta.url)
  const module = new Module(readKernels(file))
  const { exports } = new Instance(module, { env: { memory } })
  if (!isKernels(exports)) throw new KernelError('The compiled kernels are of another version. Run the build again.')
  return exports
}

function readKernels(file: URL): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new KernelError(`The compiled kernels are missing (${file.pathname}). Run the build first.`, { cause })
  }
}
