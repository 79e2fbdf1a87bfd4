// A language model ready to run: forward passes with captures, logits, losses and interventions, and cached steps for generation.
import type { TensorSource } from '@mistudio/formats'
import { float32Data, int32, int64, type Runtime } from '@mistudio/onnx'
import { ModelError } from './errors.js'
import { type GraphRequest, LAST_POSITION } from './graphs/forward-graph.js'
import { cacheFromOutputs, emptyCache, type KvCache, presentTensors, withRoom } from './graphs/kv-cache.js'
import { SessionCache, STORED_WEIGHTS_LIMIT } from './graphs/sessions.js'
import { type Intervention, interventionFeeds, slotOf } from './interventions.js'
import { ROW_ENDS, TOTAL_LENGTH } from './layers/fused-attention.js'
import { POSITIONS } from './layers/rotation.js'
import type { ModelPlan } from './plan.js'
import { type Precision, requirePrecision } from './precision.js'
import { RotaryFeeds } from './rotary/rotary-feeds.js'
import { type AbsentSite, absentSites, planSites, type Site } from './sites.js'
import { countParameters, estimateMemory, type MemoryEstimate, type ModelSpec } from './spec.js'
import { checkTokens, positionsFrom, type TokenBatch } from './token-batch.js'
import { planTensors, requireTensors } from './weights/tensors.js'
import { centreColumns, transpose, WeightStore } from './weights/weights.js'

export interface ForwardRequest {
  readonly capture?: readonly string[]
  readonly logits?: boolean
  readonly nll?: boolean
  readonly interventions?: readonly Intervention[]
}

export interface ForwardResult {
  /** Per captured site [batch, seq, width] (patterns [batch, heads, query, key]), after the interventions at that site. */
  readonly captured: Readonly<Record<string, Float32Array>>
  /** [batch, seq, vocab] when asked for. */
  readonly logits?: Float32Array
  /** [batch, seq - 1] in nats when asked for. */
  readonly nll?: Float32Array
}

export interface LoadOptions {
  readonly threads: number
  /** Longest context to prepare for; default and upper bound: the model's, at most 8192. */
  readonly contextLimit?: number
  /** Where weights live; default by size, see sessions.ts. */
  readonly weights?: 'stored' | 'fed'
  /** Graph optimisation (fusions, constant folding); default true. */
  readonly optimise?: boolean
  /** Of the matrices of all linear layers; default float32. Quantised when a graph first needs them. */
  readonly precision?: Precision
}

const DEFAULT_CONTEXT_LIMIT = 8192

export class LanguageModel {
  readonly sites: readonly Site[]
  /** The usual sites that this architecture has not, and why. */
  readonly absentSites: readonly AbsentSite[]
  readonly parameters: number
  readonly precision: Precision
  readonly memory: MemoryEstimate
  readonly cached = true
  private readonly sessions: SessionCache
  private readonly rotary: RotaryFeeds

  private constructor(
    readonly plan: ModelPlan,
    /** Most tokens a row may have. */
    readonly contextLimit: number,
    private readonly store: WeightStore,
    runtime: Runtime,
    options: LoadOptions,
  ) {
    this.precision = options.precision ?? 'float32'
    requirePrecision(this.precision, runtime.name)
    this.sites = planSites(plan)
    this.absentSites = absentSites(plan)
    this.parameters = countParameters(planTensors(plan)).total
    this.memory = estimateMemory(plan.spec, this.parameters)
    this.rotary = new RotaryFeeds(plan)
    const weights = options.weights ?? (this.memory.weights > STORED_WEIGHTS_LIMIT ? 'fed' : 'stored')
    this.sessions = new SessionCache(plan, store, runtime, {
      threads: options.threads,
      positions: contextLimit,
      weights,
      optimise: options.optimise ?? true,
      precision: this.precision,
    })
  }

  /**
   * Checks the tensors and returns a model; weights are read when a graph first needs them.
   * @throws ModelError `model_invalid` listing missing or misshapen tensors.
   */
  static load(plan: ModelPlan, source: TensorSource, runtime: Runtime, options: LoadOptions): LanguageModel {
    const { fileNames } = requireTensors(plan, source)
    const contextLimit = Math.min(plan.spec.maxPositions, options.contextLimit ?? DEFAULT_CONTEXT_LIMIT)
    return new LanguageModel(plan, contextLimit, new WeightStore(source, fileNames), runtime, options)
  }

  get spec(): ModelSpec {
    return this.plan.spec
  }

  /**
   * Which set of rotary frequencies a row of `length` tokens uses. Keys cached in one regime are wrong in another: when a row grows into
   * a new regime, its tokens must be fed again to an empty cache. Always the same for most models.
   */
  regime(length: number): number {
    return this.rotary.regime(length)
  }

  /** One forward pass that returns what was asked for and computes nothing else. */
  async forward(input: TokenBatch, request: ForwardRequest): Promise<ForwardResult> {
    const { capture = [], interventions = [] } = request
    const { batch, seq } = input
    this.check(input)
    if (request.nll && seq < 2) throw new ModelError('prompt_invalid', 'A next-token loss needs at least two tokens.')
    const graph: GraphRequest = {
      capture,
      logits: request.logits ? 'all' : 'none',
      nll: request.nll ?? false,
      interventions: interventions.map(slotOf),
      cache: false,
    }
    const outputs = await this.sessions.run(graph, {
      tokens: int32(Int32Array.from(input.tokens), [batch, seq]),
      [ROW_ENDS]: int32(new Int32Array(batch).fill(seq - 1)),
      [TOTAL_LENGTH]: int32([seq], []),
      [POSITIONS]: positionsFrom(new Int32Array(batch), seq),
      ...this.rotary.feeds(new Int32Array(batch), seq, new Int32Array(batch).fill(seq)),
      ...interventionFeeds(interventions, this.sites, input),
    })
    return {
      captured: Object.fromEntries(capture.map((site) => [site, float32Data(outputs[site], site)])),
      ...(request.logits ? { logits: float32Data(outputs['logits'], 'logits') } : {}),
      ...(request.nll ? { nll: float32Data(outputs['nll'], 'nll') } : {}),
    }
  }

  /** Activations at one site, [batch × seq, width]. The pass stops at the site. */
  async capture(input: TokenBatch, site: string, interventions: readonly Intervention[] = []): Promise<Float32Array> {
    return (await this.forward(input, { capture: [site], interventions })).captured[site]!
  }

  /** Logits [batch, seq, vocab]. */
  async logits(input: TokenBatch, interventions: readonly Intervention[] = []): Promise<Float32Array> {
    return (await this.forward(input, { logits: true, interventions })).logits!
  }

  /** Next-token losses [batch, seq - 1] in nats: entry t is -log p(token t+1). */
  async loss(input: TokenBatch, interventions: readonly Intervention[] = []): Promise<Float32Array> {
    return (await this.forward(input, { nll: true, interventions })).nll!
  }

  /** `inPlace` for a cache that is only ever extended, never branched: see KvCache. */
  emptyCache(batch: number, options: { readonly inPlace?: boolean } = {}): KvCache {
    return emptyCache(this.spec, batch, options.inPlace ?? false)
  }

  /**
   * Appends tokens to a cache: whole prompts to an empty one (`lengths[r]` valid tokens in row r, the rest right padding), then one token
   * per row. Returns the logits [batch, vocab] after each row's last valid token, and the grown cache.
   */
  async extend(
    cache: KvCache,
    input: TokenBatch,
    interventions: readonly Intervention[] = [],
    lengths: Int32Array = new Int32Array(input.batch).fill(input.seq),
  ): Promise<{ logits: Float32Array; cache: KvCache }> {
    const { batch, seq } = input
    const grown = cache.lengths.map((length, row) => length + lengths[row]!)
    this.check(input, Math.max(...cache.lengths))
    if (seq > 1 && cache.lengths.some((length) => length > 0)) {
      throw new ModelError('prompt_invalid', 'A cache that holds tokens is extended by one token per row at a time.')
    }
    if (cache.lengths.some((length, row) => length > 0 && this.regime(length) !== this.regime(grown[row]!))) {
      throw new ModelError('prompt_invalid', 'A row grew into other rotary frequencies: feed its tokens again.')
    }
    const graph: GraphRequest = {
      capture: [],
      logits: 'last',
      nll: false,
      interventions: interventions.map(slotOf),
      cache: true,
    }
    const total = Math.max(...cache.lengths) + seq
    const past = cache.inPlace ? withRoom(this.spec, cache, total) : cache.tensors
    const feeds = {
      tokens: int32(Int32Array.from(input.tokens), [batch, seq]),
      [ROW_ENDS]: int32(grown.map((length) => length - 1)),
      [TOTAL_LENGTH]: int32([total], []),
      [POSITIONS]: positionsFrom(cache.lengths, seq),
      ...this.rotary.feeds(cache.lengths, seq, grown),
      [LAST_POSITION]: int64(
        lengths.map((length) => length - 1),
        [batch, 1],
      ),
      ...past,
      ...interventionFeeds(interventions, this.sites, input),
    }
    const outputs = await this.sessions.run(graph, feeds, cache.inPlace ? presentTensors(this.spec, past) : {})
    const next = cache.inPlace
      ? { tensors: past, lengths: grown, inPlace: true }
      : cacheFromOutputs(this.spec, outputs, grown)
    return { logits: float32Data(outputs['logits'], 'logits'), cache: next }
  }

  /**
   * W_U as [dModel, vocab]; with `foldFinalNorm` each row is multiplied by the final norm's weight and, where that is a LayerNorm, its
   * centring is folded in (it is linear: columns of mean zero), so that a residual direction times this matrix is its direct effect on the
   * logits up to the norm's divisor.
   */
  async unembed(options: { foldFinalNorm: boolean }): Promise<Float32Array> {
    const { dModel, vocabSize } = this.spec
    const { finalNorm, unembedding } = this.plan
    const matrix = transpose(await this.store.read(unembedding.linear.weight.tensor.name), vocabSize, dModel)
    if (!options.foldFinalNorm) return matrix
    const norm = await this.store.read(finalNorm.weight.name)
    for (let row = 0; row < dModel; row++) {
      const factor = norm[row]! + finalNorm.offset
      for (let token = 0; token < vocabSize; token++) matrix[row * vocabSize + token]! *= factor
    }
    return finalNorm.kind === 'layer' ? centreColumns(matrix, dModel) : matrix
  }

  /** Frees all sessions. The model can be used again and loads what it needs. */
  release(): Promise<void> {
    return this.sessions.release()
  }

  private check(input: TokenBatch, past = 0): void {
    checkTokens(input, this.spec.vocabSize, this.contextLimit, past)
  }
}
