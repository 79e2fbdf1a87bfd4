// In which numbers a model holds the matrices of its linear layers. Everything else (embedding and position tables, of which a run reads
// only a few rows; norms; biases; activations between layers) is float32 at every precision.
import type { Bits } from '../quantisation/index.js'
import { ModelError } from './errors.js'

export const PRECISIONS = ['float32', 'float16', 'int8', 'int4'] as const
export type Precision = (typeof PRECISIONS)[number]

/** Bits of a block-quantised precision, null for the floating ones. */
export function quantisedBits(precision: Precision): Bits | null {
  if (precision === 'int8') return 8
  return precision === 'int4' ? 4 : null
}

/**
 * Whether a runtime computes in a precision.
 * @throws ModelError `model_unsupported` for float16 on the CPU, where every product would first be turned back into float32.
 */
export function requirePrecision(precision: Precision, runtime: string): void {
  if (precision !== 'float16' || !runtime.endsWith('-cpu')) return
  throw new ModelError(
    'model_unsupported',
    'The CPU does not compute in float16: choose float32, or int8 or int4 for less memory.',
  )
}
