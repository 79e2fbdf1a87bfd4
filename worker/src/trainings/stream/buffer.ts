// The stream of training activations: contexts in a seeded order, harvested block by block, tokens mixed within a block, served in batches.
// Every position of the stream is a function of the settings and a cursor, so resuming needs no stored activations.
import { setImmediate } from 'node:timers/promises'
import { AppError } from '@mistudio/contracts'
import { seededPermutation, uniform } from '@mistudio/interp/features'
import { type BlockKeeper, type BlockRows, inMemory } from './block-rows.js'
import type { SiteActivations } from './harvest.js'

/** A place in the stream: so many tokens of the block are served. A block is harvested again to go on within it. */
export interface BufferCursor {
  readonly epoch: number
  readonly block: number
  readonly offset: number
}

export const STREAM_START: BufferCursor = { epoch: 0, block: 0, offset: 0 }

export interface BufferSettings {
  /** Contexts to train on are 0 to `contexts` - 1; held-out ones come after them and are never asked for. */
  readonly contexts: number
  readonly contextSize: number
  /** Sites and the widths of their activations. */
  readonly widths: ReadonlyMap<string, number>
  /** Contexts harvested and mixed together. */
  readonly blockContexts: number
  readonly seed: number
  /** Tokens that are not trained on, by id (BOS) and position in the context. */
  readonly excluded: (token: number, position: number) => boolean
  /** Where blocks lie, and how; in memory as they come unless given. */
  readonly keep?: BlockKeeper
}

export interface BufferSource {
  /** Token ids [contextSize] of a context. */
  tokens(context: number): ArrayLike<number>
  /** Activations [contexts · contextSize, width] of whole contexts at each site, in their order. */
  harvest(contexts: Uint32Array): Promise<SiteActivations>
}

interface Block {
  readonly epoch: number
  readonly index: number
  readonly rows: BlockRows
  /** Rows of the block in serving order. */
  readonly order: Uint32Array
}

/** A block that is being harvested before it is needed. */
interface Ahead {
  readonly epoch: number
  readonly index: number
  readonly rows: Promise<BlockRows>
}

/** Random streams of the order of contexts and of tokens. */
const CONTEXT_STREAM = 0x636f6e74
const TOKEN_STREAM = 0x746f6b65
const seedOf = (seed: number, stream: number, n: number): number => Math.floor(uniform(seed, stream, n) * 2 ** 32) | 0

export class ActivationBuffer {
  private current: Block | null = null
  private ahead: Ahead | null = null
  private readonly keep: BlockKeeper
  private order: { readonly epoch: number; readonly contexts: Uint32Array } | null = null

  constructor(
    private readonly settings: BufferSettings,
    private readonly source: BufferSource,
    private position: BufferCursor = STREAM_START,
  ) {
    this.keep = settings.keep ?? inMemory({ ...settings, precision: 'float32', partContexts: settings.blockContexts })
    if (settings.contexts < 1) {
      throw new AppError(
        'training_invalid',
        'The tokenization has no training contexts. Use a larger dataset or a smaller context size.',
      )
    }
  }

  /** Where the next batch starts. */
  get cursor(): BufferCursor {
    return this.position
  }

  /** Goes to another place of the stream. */
  seek(cursor: BufferCursor): void {
    this.position = cursor
  }

  /** Tokens of the opened block that were not served yet. */
  get leftInBlock(): number {
    const { epoch, block, offset } = this.position
    const open = this.current?.epoch === epoch && this.current.index === block
    return open ? this.current!.order.length - offset : 0
  }

  /**
   * Begins to harvest the block after the opened one, so that it is there (or under way) when the stream comes to it. What is served does
   * not depend on it; memory holds two blocks meanwhile. {@link settle} before anything else uses the source.
   */
  harvestAhead(): void {
    if (!this.current) return
    const [epoch, index] = this.after(this.current.epoch, this.current.index)
    if (this.ahead?.epoch === epoch && this.ahead.index === index) return
    const contexts = this.blockContexts(epoch, index)
    // Not at once: what is to run meanwhile has to be under way first.
    const rows = setImmediate().then(() => this.harvest(contexts))
    // A failure is for whoever opens the block.
    rows.catch(() => undefined)
    this.ahead = { epoch, index, rows }
  }

  /** Waits until nothing is harvested ahead any more; failures are kept for {@link next}. */
  async settle(): Promise<void> {
    await this.ahead?.rows.catch(() => undefined)
  }

  /** Frees all blocks. */
  async close(): Promise<void> {
    await this.letGo()
    await this.drop(this.ahead)
    this.ahead = null
  }

  private get blocks(): number {
    return Math.ceil(this.settings.contexts / this.settings.blockContexts)
  }

  /**
   * The next `count` tokens' activations at each site, [count, width]; a batch may span blocks and epochs. When harvesting throws, the cursor stays.
   * @throws AppError `training_invalid` when every token is excluded.
   */
  async next(count: number): Promise<SiteActivations> {
    const { widths } = this.settings
    const batch = new Map([...widths].map(([site, width]) => [site, new Float32Array(count * width)]))
    let { epoch, block, offset } = this.position
    for (let filled = 0, empty = 0; filled < count; ) {
      const { rows, order } = await this.open(epoch, block)
      const wanted = order.subarray(offset, offset + count - filled)
      await rows.copy(wanted, batch, filled)
      filled += wanted.length
      offset += wanted.length
      empty = order.length === 0 ? empty + 1 : 0
      if (empty >= this.blocks)
        throw new AppError('training_invalid', 'Every token of the tokenization is excluded from training.')
      if (offset < order.length) continue
      offset = 0
      ;[epoch, block] = this.after(epoch, block)
    }
    this.position = { epoch, block, offset }
    return batch
  }

  private async open(epoch: number, index: number): Promise<Block> {
    if (this.current?.epoch === epoch && this.current.index === index) return this.current
    // Let go of the old block before the next one is made.
    await this.letGo()
    const { ahead } = this
    this.ahead = null
    const contexts = this.blockContexts(epoch, index)
    const early = ahead?.epoch === epoch && ahead.index === index ? ahead : null
    // A block that is not needed is waited for: two harvests at once would run into one another.
    if (!early) await this.drop(ahead)
    const rows = await (early?.rows ?? this.harvest(contexts))
    this.current = { epoch, index, rows, order: this.tokenOrder(contexts, epoch, index) }
    return this.current
  }

  private harvest(contexts: Uint32Array): Promise<BlockRows> {
    return this.keep(contexts, (part) => this.source.harvest(part))
  }

  private async letGo(): Promise<void> {
    const { current } = this
    this.current = null
    await current?.rows.release()
  }

  private async drop(ahead: Ahead | null): Promise<void> {
    const rows = await ahead?.rows.catch(() => null)
    await rows?.release()
  }

  private after(epoch: number, block: number): [epoch: number, block: number] {
    return block + 1 === this.blocks ? [epoch + 1, 0] : [epoch, block + 1]
  }

  private blockContexts(epoch: number, index: number): Uint32Array {
    const { blockContexts } = this.settings
    return this.contextsOf(epoch).slice(index * blockContexts, (index + 1) * blockContexts)
  }

  /** All contexts in the order of an epoch. */
  private contextsOf(epoch: number): Uint32Array {
    const { contexts, seed } = this.settings
    if (this.order?.epoch !== epoch) {
      this.order = { epoch, contexts: seededPermutation(contexts, seedOf(seed, CONTEXT_STREAM, epoch)) }
    }
    return this.order.contexts
  }

  /** Rows of the block's tokens that are trained on, mixed. */
  private tokenOrder(contexts: Uint32Array, epoch: number, index: number): Uint32Array {
    const { contextSize, seed, excluded } = this.settings
    const kept = new Uint32Array(contexts.length * contextSize)
    let count = 0
    contexts.forEach((context, i) => {
      const tokens = this.source.tokens(context)
      for (let t = 0; t < contextSize; t++) if (!excluded(tokens[t]!, t)) kept[count++] = i * contextSize + t
    })
    const permutation = seededPermutation(count, seedOf(seed, TOKEN_STREAM, epoch * this.blocks + index))
    return permutation.map((at) => kept[at]!)
  }
}
