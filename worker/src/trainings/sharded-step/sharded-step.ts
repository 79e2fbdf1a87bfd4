// TopK training on a CPU: features split over threads, dense products in ONNX Runtime, the sparse rest in WebAssembly kernels.
// Exact gradients; the same thread count gives the same bits.
import { Worker } from 'node:worker_threads'
import { AppError } from '@mistudio/contracts'
import type { SaeTrainStep, StepMetrics, TopkTrainingConfig, TrainState } from '@mistudio/interp'
import { createExchange, type ExchangeBuffers } from './exchange.js'
import { type ShardLayout, shardCount, shardLayout } from './layout.js'
import type { FromShard, ShardInspection, ShardStart, ToShard } from './messages.js'
import { joinArrays, joinStates, sliceState } from './shard-state.js'

export interface ShardedStepOptions {
  readonly config: TopkTrainingConfig
  /** Most tokens of a batch. */
  readonly batchSize: number
  readonly threads: number
}

/** Threads run compiled code, also when this file is run from its source by a test. */
const COMPILED = import.meta.url.endsWith('.ts')
  ? import.meta.url.replace('/src/trainings/', '/dist/trainings/')
  : import.meta.url
const THREAD_FILE = new URL('./shard-thread.js', COMPILED)

interface Pending {
  resolve(messages: FromShard[]): void
  reject(error: Error): void
  readonly wanted: number
  readonly messages: FromShard[]
}

export class ShardedStep implements SaeTrainStep {
  private pending: Pending | null = null
  private failure: Error | null = null
  private closed = false

  private constructor(
    private readonly layouts: readonly ShardLayout[],
    private readonly workers: readonly Worker[],
    private readonly x: Float32Array,
  ) {
    workers.forEach((worker, shard) => {
      worker.on('message', (message: FromShard) => this.receive(shard, message))
      worker.on('error', (error) =>
        this.fail(new AppError('internal', `A training thread failed: ${error.message}`, {}, { cause: error })),
      )
      worker.on('exit', (code) => {
        if (!this.closed) this.fail(new AppError('internal', `A training thread ended unexpectedly (code ${code}).`))
      })
    })
  }

  /**
   * Starts the threads; `load` a state before the first step.
   * @throws AppError `out_of_memory` or `internal` when a thread cannot start.
   */
  static async open({ config, batchSize, threads }: ShardedStepOptions): Promise<ShardedStep> {
    const shards = shardCount(config.dSae, threads)
    const layouts = Array.from({ length: shards }, (_, shard) => shardLayout(config, batchSize, shards, shard))
    const exchange = createExchange(layouts[0]!)
    const workers = layouts.map(({ shard }) => startThread({ config, batchSize, shards, shard, exchange }))
    const step = new ShardedStep(layouts, workers, new Float32Array((exchange satisfies ExchangeBuffers).x))
    await step.collect(shards)
    return step
  }

  async step(x: Float32Array, { lr }: { readonly lr: number }): Promise<StepMetrics> {
    const { config, width, batchSize } = this.layouts[0]!
    const rows = x.length / config.dIn
    if (!Number.isInteger(rows) || rows < 1 || rows > batchSize) {
      throw new AppError(
        'training_invalid',
        `${x.length} values are not a batch of at most ${batchSize} × ${config.dIn}.`,
      )
    }
    if (width === config.dIn) this.x.set(x)
    else for (let t = 0; t < rows; t++) this.x.set(x.subarray(t * config.dIn, (t + 1) * config.dIn), t * width)
    const [message] = await this.ask(() => ({ type: 'step', rows, lr }), 1)
    if (message?.type !== 'stepped') throw this.unexpected(message)
    return message.metrics
  }

  async state(): Promise<TrainState> {
    const messages = await this.ask(() => ({ type: 'state' }), this.workers.length)
    return joinStates(messages.map((message) => (message.type === 'state' ? message.state : this.refuse(message))))
  }

  async load(state: TrainState): Promise<void> {
    await this.ask((layout) => ({ type: 'load', state: sliceState(state, layout) }), this.workers.length)
  }

  /** Gradients of the last step before clipping and its error [rows, d_in]; for tests and diagnosis. */
  async inspect(rows: number): Promise<ShardInspection> {
    const messages = await this.ask(() => ({ type: 'inspect', rows }), this.workers.length)
    const parts = messages.map((message) => (message.type === 'inspected' ? message.inspection : this.refuse(message)))
    const [head] = parts
    if (!head) throw this.unexpected(undefined)
    const join = (name: 'wEnc' | 'wDec' | 'bEnc') => joinArrays(parts.map((part) => part[name]))
    return { ...head, wEnc: join('wEnc'), wDec: join('wDec'), bEnc: join('bEnc') }
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    await Promise.all(this.workers.map((worker) => worker.terminate()))
  }

  /** Sends a message to every shard and waits for `wanted` answers, in shard order. */
  private async ask(message: (layout: ShardLayout) => ToShard, wanted: number): Promise<FromShard[]> {
    if (this.closed) throw new AppError('internal', 'The training step is closed.')
    if (this.failure) throw this.failure
    const answers = this.collect(wanted)
    this.workers.forEach((worker, shard) => {
      worker.postMessage(message(this.layouts[shard]!))
    })
    return answers
  }

  private collect(wanted: number): Promise<FromShard[]> {
    if (this.pending) throw new AppError('internal', 'A training step is asked for two things at once.')
    if (this.failure) return Promise.reject(this.failure)
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject, wanted, messages: [] }
    })
  }

  private receive(shard: number, message: FromShard): void {
    if (message.type === 'failed') {
      const memory = /RangeError|memory|alloc/i.test(message.message)
      this.fail(new AppError(memory ? 'out_of_memory' : 'internal', `A training thread failed: ${message.message}`))
      return
    }
    const { pending } = this
    if (!pending) return
    if (pending.wanted === 1) pending.messages.push(message)
    else pending.messages[shard] = message
    if (pending.messages.filter(Boolean).length < pending.wanted) return
    this.pending = null
    pending.resolve(pending.messages)
  }

  /** A failed thread leaves the others at a barrier: all are ended, and every later call fails with the same reason. */
  private fail(error: Error): void {
    this.failure ??= error
    this.closed = true
    for (const worker of this.workers) void worker.terminate()
    this.pending?.reject(this.failure)
    this.pending = null
  }

  private refuse(message: FromShard): never {
    throw this.unexpected(message)
  }

  private unexpected(message: FromShard | undefined): Error {
    return new AppError('internal', `A training thread answered ${message?.type ?? 'nothing'} out of turn.`)
  }
}

const startThread = (start: ShardStart): Worker => new Worker(THREAD_FILE, { workerData: start })
