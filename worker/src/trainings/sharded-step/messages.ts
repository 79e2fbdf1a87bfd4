// Messages between the step and its shard threads. Both ends are this package, started together, so they are typed and not parsed.
import type { StepMetrics, TopkTrainingConfig, TrainState } from '@mistudio/interp'
import type { ExchangeBuffers } from './exchange.js'

export type ShardStepMetrics = StepMetrics

/** What a thread is started with. */
export interface ShardStart {
  readonly config: TopkTrainingConfig
  readonly batchSize: number
  readonly shards: number
  readonly shard: number
  readonly exchange: ExchangeBuffers
}

/** Gradients of the last step before clipping, and the error out - x; feature-major, of the shard's slice. */
export interface ShardInspection {
  readonly wEnc: Float32Array
  readonly wDec: Float32Array
  readonly bEnc: Float32Array
  readonly bDec: Float32Array
  /** [rows, d_in]. */
  readonly error: Float32Array
}

export type ToShard =
  | { readonly type: 'step'; readonly rows: number; readonly lr: number }
  | { readonly type: 'state' }
  | { readonly type: 'load'; readonly state: TrainState }
  | { readonly type: 'inspect'; readonly rows: number }
  | { readonly type: 'close' }

export type FromShard =
  | { readonly type: 'ready' }
  | { readonly type: 'stepped'; readonly metrics: StepMetrics }
  | { readonly type: 'state'; readonly state: TrainState }
  | { readonly type: 'loaded' }
  | { readonly type: 'inspected'; readonly inspection: ShardInspection }
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly message: string }
