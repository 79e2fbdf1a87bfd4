// Messages between the step and its shard threads. Both ends are this package, started together, so they are typed and not parsed.
import type { Provider } from '@mistudio/onnx/ort'
import type { ShardLayout } from './layout/layout.js'
import type { StepRequest } from './shard/context.js'
import type { ExchangeBuffers } from './shard/exchange.js'
import type { ShardFigures, ShardOptions } from './shard/shard.js'
import type { ShardSlice } from './shard/state.js'

/** What a thread is started with. */
export interface ShardStart {
  readonly layout: ShardLayout
  readonly options: ShardOptions
  readonly exchange: ExchangeBuffers
  /** What computes the dense products; default the CPU. */
  readonly provider?: Provider
}

export type ToShard =
  | { readonly type: 'step'; readonly request: StepRequest }
  | { readonly type: 'state' }
  | { readonly type: 'load'; readonly slice: ShardSlice }
  | { readonly type: 'gradients' }

export type FromShard =
  | { readonly type: 'ready' }
  | { readonly type: 'stepped'; readonly figures: ShardFigures }
  | { readonly type: 'state'; readonly slice: ShardSlice }
  | { readonly type: 'loaded' }
  | { readonly type: 'gradients'; readonly arrays: Readonly<Record<string, Float32Array>> }
  | { readonly type: 'failed'; readonly message: string }
