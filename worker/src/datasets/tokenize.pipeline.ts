// dataset.tokenize: packs documents into context windows. The rule is SAELens's concatenation without padding: BOS then ids of each
// document (ids alone without `prependBos`), one document behind the other, cut into windows of `contextSize`. A window may begin inside a
// document and hold several. The last 5 % of the documents are packed apart as held out; each split drops its unfilled last window.
import { AppError, DatasetTokenizeParamsSchema, type TokenizationStats } from '@mistudio/contracts'
import { DocumentReader, TokenWriter, writeFolderAtomic } from '@mistudio/formats'
import { z } from 'zod'
import { folderOf, withFileErrors } from '../files/index.js'
import { type JobContext, type OutcomeOf, pipeline } from '../runner/context.js'
import { openTokenizer, type Tokenizer } from '../tokenizer/index.js'
import { Lengths } from './lengths.js'
import { interruptible, Pulse, TwofoldProgress } from './pulse.js'
import { tokenizationOutcome } from './rows.js'

type Params = z.infer<typeof DatasetTokenizeParamsSchema>
type Context = JobContext<Params>

/** Share of the documents that train. */
const TRAIN_SHARE = 0.95

/** Idempotent: a tokenization that was committed answers at once, anything less starts again. */
export const tokenizePipeline = pipeline('dataset.tokenize', {
  run: (context) => interruptible(() => withFileErrors(() => tokenizeDataset(context))),
})

/** First held-out document: the last 5 % are held out, but the first document always trains. */
export const heldOutFrom = (documents: number): number =>
  Math.max(Math.min(1, documents), Math.floor(documents * TRAIN_SHARE))

async function tokenizeDataset(context: Context): Promise<OutcomeOf<'dataset.tokenize'>> {
  const finished = await tokenizationOutcome.read(context.db, context.job.params.tokenizationId)
  if (finished) return { state: 'completed', result: finished }
  const { tokenizationId, datasetId, modelPath, prependBos } = context.job.params
  context.progress({ stage: 'opening', fraction: null })
  const tokenizer = await openTokenizer(modelPath)
  if (prependBos && tokenizer.bosTokenId === null)
    throw new AppError('tokenizer_invalid', 'The model has no token that begins a text. Tokenize without BOS.')
  const documents = await DocumentReader.open(folderOf(context.dataDir, 'datasets', datasetId))
  try {
    const folder = folderOf(context.dataDir, 'tokenizations', tokenizationId)
    const stats = await writeFolderAtomic(folder, (temporary) => pack(context, documents, tokenizer, temporary))
    await store(context, stats)
    return { state: 'completed', result: stats }
  } finally {
    await documents.close()
  }
}

async function store(context: Context, stats: TokenizationStats): Promise<void> {
  const { tokenizationId } = context.job.params
  const stored = await context.commit((tx) => tokenizationOutcome.store(tx, tokenizationId, stats))
  if (!stored) throw new AppError('not_found', 'The tokenization was deleted while it was made.')
}

async function pack(
  context: Context,
  documents: DocumentReader,
  tokenizer: Tokenizer,
  folder: string,
): Promise<TokenizationStats> {
  const { contextSize, prependBos, maxDocuments, datasetId, modelId } = context.job.params
  const total = Math.min(documents.length, maxDocuments ?? documents.length)
  const bosTokenId = prependBos ? tokenizer.bosTokenId : null
  const writer = await TokenWriter.open(folder, { contextSize, vocabSize: tokenizer.vocabSize, bosTokenId })
  try {
    const packing = new Packing(context, tokenizer, writer, bosTokenId, total)
    const cut = heldOutFrom(total)
    await packing.add(documents, 0, cut)
    await writer.endTrain()
    const trainContexts = writer.contexts
    await packing.add(documents, cut, total)
    const stats = packing.stats(writer.endSplits(), trainContexts)
    if (trainContexts === 0) throw tooFewTokens(stats, contextSize)
    if (stats.heldOutContexts === 0)
      context.log(
        'warn',
        `The last 5 % of the documents fill no window of ${contextSize} tokens: nothing is held out to measure on.`,
      )
    await writer.finish({ datasetId, modelId, documents: total, stats })
    return stats
  } catch (error) {
    await writer.abort()
    throw error
  }
}

const tooFewTokens = ({ documents, tokens }: TokenizationStats, contextSize: number): AppError =>
  new AppError(
    'dataset_invalid',
    `The ${documents} documents give ${tokens} tokens, too few for one window of ${contextSize}. Choose a smaller context size or more text.`,
  )

/** Documents on their way into windows, with what is counted of them. */
class Packing {
  readonly #lengths = new Lengths()
  readonly #seen: Uint8Array
  readonly #pulse: Pulse
  readonly #progress = new TwofoldProgress('tokenizing', 'tokens')
  readonly #started = performance.now()
  readonly #report = (now: number) => this.#progress.at(this.#tokens, this.#lengths.count, this.total, now)
  #tokens = 0

  constructor(
    private readonly context: Context,
    private readonly tokenizer: Tokenizer,
    private readonly writer: TokenWriter,
    private readonly bosTokenId: number | null,
    private readonly total: number,
  ) {
    this.#seen = new Uint8Array(tokenizer.vocabSize)
    this.#pulse = new Pulse(context)
  }

  async add(documents: DocumentReader, first: number, end: number): Promise<void> {
    for await (const texts of documents.batches(first, end)) {
      for (const text of texts) {
        const ids = this.tokenizer.encode(text)
        await this.writer.add(ids)
        this.#count(ids)
        await this.#pulse.beat(this.#report)
      }
    }
    await this.#pulse.stop()
    this.context.progress(this.#report(performance.now()))
  }

  #count(ids: readonly number[]): void {
    for (const id of ids) this.#seen[id] = 1
    if (this.bosTokenId !== null) this.#seen[this.bosTokenId] = 1
    this.#lengths.add(ids.length)
    this.#tokens += ids.length + (this.bosTokenId === null ? 0 : 1)
  }

  /** Lengths are of documents without BOS; `tokens` counts BOS and what is dropped at the ends. */
  stats(
    { contexts, droppedTokens }: { contexts: number; droppedTokens: number },
    trainContexts: number,
  ): TokenizationStats {
    return {
      documents: this.#lengths.count,
      tokens: this.#tokens,
      droppedTokens,
      trainContexts,
      heldOutContexts: contexts - trainContexts,
      ...this.#lengths.summary(),
      distinctTokens: this.#seen.reduce((sum, seen) => sum + seen, 0),
      vocabSize: this.tokenizer.vocabSize,
      tokensPerSecond: Math.round(this.#tokens / ((performance.now() - this.#started) / 1000)),
    }
  }
}
