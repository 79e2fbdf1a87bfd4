// A language model whose graph was exported elsewhere (model.onnx): the same forward passes, captures and interventions as a model that is
// built here, at the sites that were found in its graph. It keeps no cache: generation feeds all tokens of a row again for each new one.
import { elementType, float32Data, int64, ModelEditor, type ModelFile, type Runtime, type Tensor } from '@mistudio/onnx'
import { type GraphRequest, LAST_POSITION, requestKey } from '../models/forward-graph.js'
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
import { transpose } from '../models/weights.js'
import { readExportConfig } from './export-config.js'
import { buildExportForward, type ExportSource, resultName } from './export-forward.js'
import { ExportGraph } from './export-graph.js'
import { exportFeeds, requireFeedable, tokenInput } from './export-inputs.js'
import { ExportSessions } from './export-sessions.js'
import { type ExportSites, nameSites } from './export-sites.js'
import { findResidualStream } from './residual-stream.js'
import { findUnembedding, type Unembedding } from './unembedding.js'

export interface ExportOptions {
  readonly threads: number
  /** Longest context; default and upper bound: the model's, at most 8192. */
  readonly contextLimit?: number
  /** Graph optimisation of the runtime; default true. */
  readonly optimise?: boolean
}

const DEFAULT_CONTEXT_LIMIT = 8192
/** Operators with axes as inputs, which the added nodes use, exist from here on. */
const OLDEST_OPSET = 13
/** Size of the pass that checks every site: batch and sequence differ from one another and from 1. */
const PROBE: TokenBatch = { tokens: new Int32Array(6), batch: 2, seq: 3 }

/** What graph surgery finds in a file, before anything is run. */
export interface ExportAnalysis {
  readonly spec: CoreSpec
  readonly source: ExportSource
  readonly found: ExportSites
  /** @throws ModelError `model_unsupported`, see findUnembedding. */
  readonly unembedding: () => Unembedding
}

/** The output with the logits: the one called so, or the only one that is not a cache. */
function logitsOutput({ outputs }: ModelFile['model']): { name: string; elementType: number } {
  const rest = outputs.filter(({ name }) => !/^present/.test(name))
  const found = outputs.find(({ name }) => name === 'logits') ?? (rest.length === 1 ? rest[0] : undefined)
  if (found) return found
  const names = outputs.map(({ name }) => name).join(', ')
  throw new ModelError('model_unsupported', `The export has no output of logits; it has ${names}.`)
}

function floatType(what: string, type: number): 'float32' | 'float16' {
  if (type === elementType('float32')) return 'float32'
  if (type === elementType('float16')) return 'float16'
  throw new ModelError('model_unsupported', `${what} of the export are neither float32 nor float16.`)
}

/**
 * Finds the sites of an export. `config`: content of config.json.
 * @throws ModelError `model_unsupported` saying what was not found, `model_invalid` for a config without the sizes.
 */
export function analyseExport({ model }: ModelFile, config: unknown): ExportAnalysis {
  const spec = readExportConfig(config)
  const opset = model.opsets.get('') ?? 0
  if (opset < OLDEST_OPSET) {
    const wanted = `operator set ${OLDEST_OPSET} or newer`
    throw new ModelError(
      'model_unsupported',
      `The export uses operator set ${opset}; ${wanted} is needed. Export it again.`,
    )
  }
  requireFeedable(model)
  const tokens = tokenInput(model).name
  const logits = logitsOutput(model)
  const graph = new ExportGraph(model, tokens)
  const stream = findResidualStream(graph, logits.name)
  const found = nameSites(graph, stream, spec.dModel, spec.layers)
  const logitsType = floatType('The logits', logits.elementType)
  const halves = [...model.initialisers.values()].some(({ elementType: type }) => type === elementType('float16'))
  const dtype = { logits: logitsType, stream: halves ? ('float16' as const) : ('float32' as const) }
  const unembedding = (): Unembedding => findUnembedding(graph, stream.unembedding, stream.final)
  return { spec, source: { model, sites: found.sites, logits: logits.name, tokens, dtype }, found, unembedding }
}

export class ExportedModel implements RunnableModel {
  readonly cached = false
  /** Sites and logits are float32; what the graph holds inside was decided when it was exported. */
  readonly precision = 'float32'
  readonly sites: readonly Site[]

  private constructor(
    readonly spec: CoreSpec,
    /** Most tokens a row may have. */
    readonly contextLimit: number,
    readonly absentSites: readonly AbsentSite[],
    private readonly source: ExportSource,
    private readonly sessions: ExportSessions,
    private readonly unembedding: () => Unembedding,
  ) {
    this.sites = source.sites
  }

  /**
   * Analyses an export and runs it once on a few tokens: a site whose value is not one vector of the right width per token is listed as
   * absent with what it is instead.
   * @throws ModelError see analyseExport; OnnxError when the runtime refuses the graph.
   */
  static async load(
    file: ModelFile,
    config: unknown,
    runtime: Runtime,
    options: ExportOptions,
  ): Promise<ExportedModel> {
    const { spec, source, found, unembedding } = analyseExport(file, config)
    const sessions = new ExportSessions(runtime, file, options)
    const { kept, refused } = await probe(source, sessions)
    const limit = Math.min(spec.maxPositions, options.contextLimit ?? DEFAULT_CONTEXT_LIMIT)
    const absent = [...found.absent, ...refused]
    return new ExportedModel(spec, limit, absent, { ...source, sites: kept }, sessions, unembedding)
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
   * W_U as [dModel, vocab]; with `foldFinalNorm` each row is multiplied by the final norm's weight: see LanguageModel.unembed.
   * @throws ModelError `model_unsupported` when the matrix or the norm's weight cannot be read from the graph.
   */
  async unembed({ foldFinalNorm }: { foldFinalNorm: boolean }): Promise<Float32Array> {
    const { dModel, vocabSize } = this.spec
    const { matrix, turned, normWeight } = this.unembedding()
    const stored = await this.constant(matrix, dModel * vocabSize)
    const oriented = turned ? transpose(stored, vocabSize, dModel) : stored
    if (!foldFinalNorm) return oriented
    if (normWeight === null)
      throw new ModelError('model_unsupported', 'The weight of the final norm was not found in the graph.')
    const norm = await this.constant(normWeight, dModel)
    return oriented.map((value, i) => value * norm[Math.floor(i / vocabSize)]!)
  }

  /** Frees all sessions. The model can be used again and loads what it needs. */
  release(): Promise<void> {
    return this.sessions.release()
  }

  /** A value of the graph that needs no tokens. */
  private async constant(name: string, length: number): Promise<Float32Array> {
    const build = (): Uint8Array => {
      const editor = new ModelEditor(this.source.model)
      const value = editor.reshape(editor.cast(editor.existing(name), 'float32'), [-1])
      editor.output(value, 'float32', ['constant'], resultName('constant'))
      return editor.build()
    }
    const outputs = await this.sessions.run(`constant ${name}`, build, {})
    const values = float32Data(outputs[resultName('constant')], name)
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

/** Runs every site once and keeps those that hold one vector of their width per token. */
async function probe(
  source: ExportSource,
  sessions: ExportSessions,
): Promise<{ kept: ExportSource['sites']; refused: AbsentSite[] }> {
  const capture = source.sites.map(({ name }) => name)
  const request: GraphRequest = { capture, logits: 'none', nll: false, interventions: [], cache: false }
  const outputs = await sessions.run(
    'probe',
    () => buildExportForward(source, request),
    exportFeeds(source.model, PROBE),
  )
  await sessions.release()
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

/** Why a value is no site, from its shape on the probe. */
function misshapen(dims: readonly number[], wanted: readonly number[]): string {
  const found = `The value found in the graph has the shape [${dims.join(', ')}] for ${PROBE.batch} rows of ${PROBE.seq} tokens`
  const shared = dims.length === 3 && dims[0] === 1 && dims[1] === wanted[1] && dims[2] === wanted[2]
  return shared
    ? `${found}: it is computed once for all rows, so it is no vector per token of a text.`
    : `${found}, where [${wanted.join(', ')}] is expected.`
}
