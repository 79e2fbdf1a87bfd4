// Every reader that is fuzzed, by the name of `--kind`, with how many inputs a full run gives it.
import { configs } from './configs.mjs'
import { headers } from './headers.mjs'
import { indexes } from './indexes.mjs'
import { onnx } from './onnx.mjs'
import { parquet } from './parquet.mjs'
import { saes } from './saes.mjs'
import { tokenizers } from './tokenizers.mjs'

/** @typedef {{ files: Record<string, Buffer>, names: string[], mustLoad?: boolean }} Input */
/**
 * `make` gives an input from random numbers; `read` opens it as the product does and checks what was read against the bytes,
 * or returns a function that does where that costs more than the reading: an AssertionError is a wrong load, a typed error a refusal,
 * anything else a crash.
 * @typedef {{ files: string[], make(random: import('../random.mjs').Random): Input, read(folder: string, files: Record<string, Buffer>): Promise<void | (() => Promise<void>)> }} Target
 */

/** @type {Readonly<Record<string, Target>>} */
export const TARGETS = { headers, indexes, configs, tokenizers, saes, parquet, onnx }

/** @type {Readonly<Record<string, number>>} */
export const FULL_COUNTS = {
  headers: 100_000,
  indexes: 5000,
  configs: 10_000,
  tokenizers: 10_000,
  saes: 5000,
  parquet: 5000,
  onnx: 5000,
}
