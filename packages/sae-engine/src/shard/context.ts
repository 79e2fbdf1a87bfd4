// What the parts of a shard work with.

import type { ShardLayout } from '../layout/layout.js'
import type { Clock } from './clock.js'
import type { Exchange } from './exchange.js'
import type { ShardMemory } from './memory.js'
import type { Products } from './products.js'

export interface ShardContext {
  readonly layout: ShardLayout
  readonly memory: ShardMemory
  readonly exchange: Exchange
  readonly products: Products
  readonly clock: Clock
}

/** One step as every shard sees it. */
export interface StepRequest {
  readonly rows: number
  /** The target lies in the exchange; otherwise it is x. */
  readonly hasTarget: boolean
  readonly learningRate: number
  /** Scheduled coefficient (l1 or l0); 0 for architectures without one. */
  readonly coefficient: number
}

/** A run of tokens. */
export interface Tokens {
  readonly first: number
  readonly count: number
}

/** Chunks of at most `size` of `rows` tokens. */
export function* chunks(rows: number, size: number): Generator<Tokens> {
  for (let first = 0; first < rows; first += size) yield { first, count: Math.min(size, rows - first) }
}
