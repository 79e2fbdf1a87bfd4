// Training on a CPU: features split over threads, dense products in ONNX Runtime, the sparse rest in WebAssembly kernels. Exact
// gradients; the same thread count gives the same bits.
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import {
  coefficientsAt,
  learningRate,
  type ProbedTrainStep,
  SaeError,
  type StepControl,
  type StepEngine,
  type TrainableSae,
  type TrainStepMetrics,
  type TrainStepRequest,
  type TrainStepState,
} from '@mistudio/interp/saes'
import type { Provider } from '@mistudio/onnx/ort'
import { type ShardLayout, shardLayouts, trainingBytes, type Way } from './layout/layout.js'
import type { FromShard, ShardStart, ToShard } from './messages.js'
import { shardPlan } from './plan/plan.js'
import type { ShardPlan } from './plan/types.js'
import { createExchange, type ExchangeBuffers } from './shard/exchange.js'
import type { ShardFigures } from './shard/shard.js'
import { joinParameters, joinSlices, sliceState } from './shard/state.js'

export interface ShardedStepOptions extends TrainStepRequest {
  /** What computes the dense products; default the CPU. Everything else stays in kernels on the CPU. */
  readonly provider?: Provider
  /** Lists of entries or dense products, where the batch is not to decide; for tests and measurements. */
  readonly way?: Way
}

/** The build, also when this file runs from its source in a test: what tests start is built before them. */
const THREAD_FILE = createRequire(import.meta.url).resolve('@mistudio/sae-engine/shard-thread')

interface Pending {
  resolve(messages: FromShard[]): void
  reject(error: Error): void
  readonly wanted: number
  readonly messages: FromShard[]
}

export class ShardedStep implements ProbedTrainStep {
  private pending: Pending | null = null
  private failure: Error | null = null
  private closed = false
  private t = 0
  private topkThreshold = 0
  /** How the newest step was computed. */
  way: Way = 'sparse'
  /** Milliseconds of its phases in the shard that finished last. */
  phases: Readonly<Record<string, number>> = {}

  private constructor(
    private readonly options: ShardedStepOptions,
    private readonly layouts: readonly ShardLayout[],
    private readonly workers: readonly Worker[],
    private readonly exchange: ExchangeBuffers,
  ) {
    workers.forEach((worker, shard) => {
      worker.on('message', (message: FromShard) => this.receive(shard, message))
      worker.on('error', (error) =>
        this.fail(new SaeError('internal', `A training thread failed: ${error.message}`, {}, { cause: error })),
      )
      worker.on('exit', (code) => {
        if (!this.closed) this.fail(new SaeError('internal', `A training thread ended unexpectedly (code ${code}).`))
      })
    })
  }

  /**
   * Starts the threads; `load` a state before the first step.
   * @throws SaeError `out_of_memory` or `internal` when a thread cannot start, `training_invalid` for what only the reference trains.
   */
  static async open(options: ShardedStepOptions): Promise<ShardedStep> {
    const { sae, trainer, batchSize, threads, way, provider } = options
    const layouts = shardLayouts(planOf(sae), batchSize, threads, way ?? null)
    const exchange = createExchange(layouts[0]!)
    const { adam, clipGradNorm, deadWindow, decoderNorm = 'none' } = trainer
    const workers = layouts.map((layout) =>
      startThread({
        layout,
        exchange,
        options: { adam, clipGradNorm, deadWindow, decoderNorm },
        ...(provider ? { provider } : {}),
      }),
    )
    const step = new ShardedStep(options, layouts, workers, exchange)
    await step.collect(layouts.length)
    return step
  }

  async step(x: Float32Array, target?: Float32Array, control: StepControl = {}): Promise<TrainStepMetrics> {
    const { sae, trainer, batchSize } = this.options
    const { dIn, dOut } = this.layouts[0]!.plan
    const { wIn, wOut } = this.layouts[0]!
    const rows = x.length / dIn
    if (!Number.isInteger(rows) || rows < 1 || rows > batchSize) {
      throw new SaeError('training_invalid', `${x.length} values are not a batch of at most ${batchSize} × ${dIn}.`)
    }
    if ((target ?? x).length !== rows * dOut) {
      throw new SaeError('training_invalid', `${(target ?? x).length} values are not targets of ${rows} × ${dOut}.`)
    }
    place(new Float32Array(this.exchange.x), x, dIn, wIn)
    if (target) place(new Float32Array(this.exchange.target), target, dOut, wOut)
    const coefficients = coefficientsAt(sae, this.t, control.coefficientFactor)
    const rate = learningRate(trainer.learningRate, this.t)
    const request = {
      rows,
      hasTarget: target !== undefined,
      learningRate: rate,
      coefficient: coefficients['l1'] ?? coefficients['l0'] ?? 0,
    }
    const [message] = await this.ask(() => ({ type: 'step', request }), 1)
    if (message?.type !== 'stepped') throw this.unexpected(message)
    this.advance(message.figures)
    const { smallest, way, phases, ...figures } = message.figures
    const loss = Object.values(figures.losses).reduce((sum, value) => sum + value, 0)
    return { ...figures, learningRate: rate, coefficients, loss }
  }

  async read(): Promise<TrainStepState> {
    const messages = await this.ask(() => ({ type: 'state' }), this.workers.length)
    const slices = messages.map((message) => (message.type === 'state' ? message.slice : this.refuse(message)))
    return joinSlices(slices, this.layouts, this.topkThreshold)
  }

  async load(state: TrainStepState): Promise<void> {
    const slices = this.layouts.map((layout) => sliceState(state, layout))
    await this.ask(({ shard }) => ({ type: 'load', slice: slices[shard]! }), this.workers.length)
    this.t = state.step
    this.topkThreshold = state.topkThreshold
  }

  async gradients(): Promise<Record<string, Float32Array>> {
    const messages = await this.ask(() => ({ type: 'gradients' }), this.workers.length)
    const arrays = messages.map((message) => (message.type === 'gradients' ? message.arrays : this.refuse(message)))
    return joinParameters(arrays, this.layouts)
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    await Promise.all(this.workers.map((worker) => worker.terminate()))
  }

  private advance({ smallest, way, phases }: ShardFigures): void {
    const { thresholdRate } = this.options.sae
    this.t++
    this.way = way
    this.phases = phases
    if (thresholdRate === null || !Number.isFinite(smallest)) return
    this.topkThreshold = (1 - thresholdRate) * this.topkThreshold + thresholdRate * smallest
  }

  /** Sends a message to every shard and waits for `wanted` answers, in shard order. */
  private async ask(message: (layout: ShardLayout) => ToShard, wanted: number): Promise<FromShard[]> {
    if (this.closed) throw this.failure ?? new SaeError('internal', 'The training step is closed.')
    const answers = this.collect(wanted)
    this.workers.forEach((worker, shard) => {
      worker.postMessage(message(this.layouts[shard]!))
    })
    return answers
  }

  private collect(wanted: number): Promise<FromShard[]> {
    if (this.pending) throw new SaeError('internal', 'A training step is asked for two things at once.')
    if (this.failure) return Promise.reject(this.failure)
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject, wanted, messages: [] }
    })
  }

  private receive(shard: number, message: FromShard): void {
    if (message.type === 'failed') {
      const memory = /RangeError|memory|alloc/i.test(message.message)
      this.fail(new SaeError(memory ? 'out_of_memory' : 'internal', `A training thread failed: ${message.message}`))
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
    return new SaeError('internal', `A training thread answered ${message?.type ?? 'nothing'} out of turn.`)
  }
}

/** All threads at once. What has no plan stays with the reference: matching pursuit, skip connections, gated SAEs under run-time normalisation. */
export const shardedEngine: StepEngine = {
  name: 'sharded',
  trains: (sae) => shardPlan(sae) !== null,
  bytes: (sae, batchSize, threads) => trainingBytes(planOf(sae), batchSize, threads),
  open: (request) => ShardedStep.open(request),
}

/** @throws SaeError `training_invalid` for what only the reference trains. */
function planOf(sae: TrainableSae): ShardPlan {
  const plan = shardPlan(sae)
  if (plan) return plan
  throw new SaeError('training_invalid', `${sae.cfg.architecture} SAEs like this one have no sharded step.`)
}

const startThread = (start: ShardStart): Worker => new Worker(THREAD_FILE, { workerData: start })

/** Copies rows of `width` floats into rows of `padded`. */
function place(to: Float32Array, rows: Float32Array, width: number, padded: number): void {
  if (width === padded) to.set(rows)
  else for (let at = 0, t = 0; at < rows.length; at += width, t++) to.set(rows.subarray(at, at + width), t * padded)
}
