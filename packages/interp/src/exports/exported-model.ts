// A language model whose graph was exported elsewhere (model.onnx): the same forward passes, captures and interventions as a model that is
// built here, at the sites that were found in its graph. It keeps no cache: generation feeds all tokens of a row again for each new one.
import {
  type EightBitSums,
  float32Data,
  int64,
  ModelEditor,
  type ModelFile,
  OnnxError,
  type OnnxModel,
  type Runtime,
  type Tensor,
  type Value,
} from '@mistudio/onnx'
import { type GraphRequest, LAST_POSITION, requestKey } from '../models/graphs/forward-graph.js'
import {
  type AbsentSite,
  type CoreSpec,
  type ForwardRequest,
  type ForwardResult,
  type Intervention,
  type KvCache,
  ModelError,
  type RunnableModel,
  type Site,
  siteWidth,
  type TokenBatch,
} from '../models/index.js'
import { interventionFeeds, slotOf } from '../models/interventions.js'
import { checkTokens } from '../models/token-batch.js'
import { centreColumns, transpose } from '../models/weights/weights.js'
import { analyseExport } from './analyse-export.js'
import { type ExportFacts, exportFacts } from './export-facts.js'
import { buildExportForward, type ExportSource, resultName } from './export-forward.js'
import { exportFeeds } from './export-inputs.js'
import { ExportSessions } from './export-sessions.js'
import { type Unembedding, unembeddingMatrix } from './unembedding.js'
import { type EightBitProducts, eightBitProducts, withUnsignedWeights } from './unsigned-weights.js'

export interface ExportOptions {
  readonly threads: number
  /** Longest context; default and upper bound: the model's, at most 8192. */
  readonly contextLimit?: number
  /** Graph optimisation of the runtime; default true. */
  readonly optimise?: boolean
  /** How exactly the runtime adds up 8-bit products; default: measured. */
  readonly eightBitSums?: EightBitSums
}

const DEFAULT_CONTEXT_LIMIT = 8192
/** Size of the pass that checks every site: batch and sequence differ from one another and from 1. */
const PROBE: TokenBatch = { tokens: new Int32Array(6), batch: 2, seq: 3 }

export class ExportedModel implements RunnableModel {
  readonly cached = false
  /** Sites and logits are given as float32; in what the graph computes was decided when it was exported (`facts`). */
  readonly precision = 'float32'
  readonly sites: readonly Site[]

  private constructor(
    readonly spec: CoreSpec,
    /** Most tokens a row may have. */
    readonly contextLimit: number,
    readonly absentSites: readonly AbsentSite[],
    private readonly source: ExportSource,
    private readonly sessions: ExportSessions,
    private readonly unembedding: Unembedding,
    /** The export before fused operators in it were opened; null where none were. */
    private readonly written: ExportSource | null,
    /** What the export is made of. */
    readonly facts: ExportFacts,
    readonly eightBit: EightBitProducts,
  ) {
    this.sites = source.sites
  }

  /**
   * Analyses an export and runs it once on a few tokens: a site whose value is not one vector of the right width per token is listed as
   * absent with what it is instead.
   * @throws ModelError see analyseExport; `model_unsupported` also when the runtime refuses the graph.
   */
  static async load(
    file: ModelFile,
    config: unknown,
    runtime: Runtime,
    options: ExportOptions,
  ): Promise<ExportedModel> {
    const analysis = analyseExport(file, config)
    const { spec, absent, unembedding, opened } = analysis
    const facts = exportFacts(file, analysis)
    const eightBit = await eightBitProducts(file.model, runtime, options.eightBitSums)
    const exact = (model: OnnxModel): OnnxModel => (eightBit.unsigned ? withUnsignedWeights(model) : model)
    const source = { ...analysis.source, model: exact(analysis.source.model) }
    const sessions = new ExportSessions(runtime, file, options)
    const { kept, refused } = await runnable(() => probe(source, sessions, spec.vocabSize))
    const limit = Math.min(spec.maxPositions, options.contextLimit ?? DEFAULT_CONTEXT_LIMIT)
    const found = { ...source, sites: kept }
    const written = opened.size > 0 ? { ...source, model: exact(file.model), sites: [] } : null
    return new ExportedModel(
      spec,
      limit,
      [...absent, ...refused],
      found,
      sessions,
      unembedding,
      written,
      facts,
      eightBit,
    )
  }

  /** Always the same: every run starts at position 0. */
  regime(): number {
    return 0
  }

  /** One forward pass that returns what was asked for. Captures stop at the last site asked for. */
  async forward(input: TokenBatch, request: ForwardRequest): Promise<ForwardResult> {
    const { capture = [], interventions = [], nll = false } = request
    checkTokens(input, this.spec.vocabSize, this.contextLimit)
    if (nll && input.seq < 2) throw new ModelError('prompt_invalid', 'A next-token loss needs at least two tokens.')
    const graph: GraphRequest = {
      capture,
      logits: request.logits ? 'all' : 'none',
      nll,
      interventions: interventions.map(slotOf),
      cache: false,
    }
    const outputs = await this.run(graph, input, interventions)
    const result = (name: string): Float32Array => float32Data(outputs[resultName(name)], name)
    return {
      captured: Object.fromEntries(capture.map((site) => [site, result(site)])),
      ...(request.logits ? { logits: result('logits') } : {}),
      ...(nll ? { nll: result('nll') } : {}),
    }
  }

  /** Activations at one site, [batch × seq, width]. */
  async capture(input: TokenBatch, site: string, interventions: readonly Intervention[] = []): Promise<Float32Array> {
    return (await this.forward(input, { capture: [site], interventions })).captured[site]!
  }

  /** Logits [batch, seq, vocab]. */
  async logits(input: TokenBatch, interventions: readonly Intervention[] = []): Promise<Float32Array> {
    return (await this.forward(input, { logits: true, interventions })).logits!
  }

  /**
   * Logits [batch, seq, vocab] of the graph as it was exported, before fused operators were opened; null where none were. What `logits`
   * gives may differ from them in rounding only.
   */
  async logitsAsWritten(input: TokenBatch): Promise<Float32Array | null> {
    const { written } = this
    if (!written) return null
    const request: GraphRequest = { capture: [], logits: 'all', nll: false, interventions: [], cache: false }
    const build = (): Uint8Array => buildExportForward(written, request)
    const outputs = await this.sessions.run('as written', build, exportFeeds(written.model, input))
    return float32Data(outputs[resultName('logits')], 'logits')
  }

  /** Next-token losses [batch, seq - 1] in nats. */
  async loss(input: TokenBatch, interventions: readonly Intervention[] = []): Promise<Float32Array> {
    return (await this.forward(input, { nll: true, interventions })).nll!
  }

  /** Holds no keys and values, only the number of rows. */
  emptyCache(batch: number): KvCache {
    return { tensors: {}, lengths: new Int32Array(batch), inPlace: false }
  }

  /**
   * Logits [batch, vocab] after each row's last valid token (`lengths[r]`, the rest right padding). The cache must be empty, and stays so.
   * @throws ModelError `prompt_invalid` for a cache that holds tokens.
   */
  async extend(
    cache: KvCache,
    input: TokenBatch,
    interventions: readonly Intervention[] = [],
    lengths: Int32Array = new Int32Array(input.batch).fill(input.seq),
  ): Promise<{ logits: Float32Array; cache: KvCache }> {
    checkTokens(input, this.spec.vocabSize, this.contextLimit)
    if (cache.lengths.some((length) => length > 0)) {
      throw new ModelError('prompt_invalid', 'An export keeps no cache: feed all tokens of a row again.')
    }
    const request: GraphRequest = {
      capture: [],
      logits: 'last',
      nll: false,
      interventions: interventions.map(slotOf),
      cache: false,
    }
    const position = int64(
      lengths.map((length) => length - 1),
      [input.batch, 1],
    )
    const outputs = await this.run(request, input, interventions, { [LAST_POSITION]: position })
    return { logits: float32Data(outputs[resultName('logits')], 'logits'), cache: this.emptyCache(input.batch) }
  }

  /**
   * W_U as [dModel, vocab]; with `foldFinalNorm` the final norm's weight and centring are folded in: see LanguageModel.unembed.
   * @throws ModelError `model_unsupported` when the matrix or the norm's weight cannot be read from the graph.
   */
  async unembed({ foldFinalNorm }: { foldFinalNorm: boolean }): Promise<Float32Array> {
    const { dModel, vocabSize } = this.spec
    const { matrix, normWeight, centres } = this.unembedding
    const stored = await this.values('unembedding', dModel * vocabSize, () =>
      unembeddingMatrix(this.source.model, this.unembedding, dModel),
    )
    const turned = matrix.kind === 'stored' && matrix.turned
    const oriented = turned ? transpose(stored, vocabSize, dModel) : stored
    if (!foldFinalNorm) return oriented
    if (normWeight === null)
      throw new ModelError('model_unsupported', 'The weight of the final norm was not found in the graph.')
    const norm = await this.values(normWeight, dModel, () => {
      const editor = new ModelEditor(this.source.model)
      return [editor, editor.cast(editor.existing(normWeight), 'float32')]
    })
    const weighted = oriented.map((value, i) => value * norm[Math.floor(i / vocabSize)]!)
    return centres ? centreColumns(weighted, dModel) : weighted
  }

  /** Frees all sessions. The model can be used again and loads what it needs. */
  release(): Promise<void> {
    return this.sessions.release()
  }

  /** A float32 value that needs no tokens, flattened. */
  private async values(name: string, length: number, find: () => [ModelEditor, Value]): Promise<Float32Array> {
    const build = (): Uint8Array => {
      const [editor, value] = find()
      editor.output(editor.reshape(value, [-1]), 'float32', ['values'], resultName('values'))
      return editor.build()
    }
    const outputs = await this.sessions.run(`values ${name}`, build, {})
    const values = float32Data(outputs[resultName('values')], name)
    if (values.length === length) return values
    throw new ModelError(
      'model_unsupported',
      `${name} of the graph has ${values.length} values, ${length} are expected.`,
    )
  }

  private run(
    request: GraphRequest,
    input: TokenBatch,
    interventions: readonly Intervention[],
    more: Readonly<Record<string, Tensor>> = {},
  ) {
    const build = (): Uint8Array => buildExportForward(this.source, request)
    return this.sessions.run(requestKey(request), build, {
      ...exportFeeds(this.source.model, input),
      ...interventionFeeds(interventions, this.sites, input),
      ...more,
    })
  }
}

/**
 * Runs every site once and keeps those that hold one vector of their width per token.
 * @throws ModelError `model_unsupported` where the logits are not one row per token, which losses are made of.
 */
async function probe(
  source: ExportSource,
  sessions: ExportSessions,
  vocabSize: number,
): Promise<{ kept: ExportSource['sites']; refused: AbsentSite[] }> {
  const capture = source.sites.map(({ name }) => name)
  const request: GraphRequest = { capture, logits: 'all', nll: false, interventions: [], cache: false }
  const outputs = await sessions.run(
    'probe',
    () => buildExportForward(source, request),
    exportFeeds(source.model, PROBE),
  )
  await sessions.release()
  const logits = outputs[resultName('logits')]!.dims
  if (logits.join() !== [PROBE.batch, PROBE.seq, vocabSize].join()) {
    throw new ModelError(
      'model_unsupported',
      `The export gives logits [${logits.join(', ')}] for ${PROBE.batch} rows of ${PROBE.seq} tokens, where ${vocabSize} for every token are expected. Export it with the logits of all positions.`,
    )
  }
  const refused: AbsentSite[] = []
  const kept = source.sites.filter((site) => {
    const dims = outputs[resultName(site.name)]!.dims
    const wanted = [PROBE.batch, PROBE.seq, siteWidth(site)]
    if (dims.join() === wanted.join()) return true
    refused.push({ name: site.name, reason: misshapen(dims, wanted) })
    return false
  })
  return { kept, refused }
}

/** What the runtime cannot run is an export that cannot be used. */
async function runnable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error
    throw new ModelError('model_unsupported', `The export cannot be run here. ${error.message}`, {}, { cause: error })
  }
}

/** Why a value is no site, from its shape on the probe. */
function misshapen(dims: readonly number[], wanted: readonly number[]): string {
  const found = `The value found in the graph has the shape [${dims.join(', ')}] for ${PROBE.batch} rows of ${PROBE.seq} tokens`
  const shared = dims.length === 3 && dims[0] === 1 && dims[1] === wanted[1] && dims[2] === wanted[2]
  return shared
    ? `${found}: it is computed once for all rows, so it is no vector per token of a text.`
    : `${found}, where [${wanted.join(', ')}] is expected.`
}
