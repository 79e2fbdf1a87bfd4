// The stream of training activations: contexts in a seeded order, harvested block by block, tokens mixed within a block, served in batches.
// Every position of the stream is a function of the settings and a cursor, so resuming needs no stored activations. No I/O here.
import { AppError } from '@mistudio/contracts'
import { seededPermutation, uniform } from '@mistudio/interp'
import { type HalfKind, HalfRows } from './half-rows.js'
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
  /** How a block is kept, and, below float32, how many contexts are harvested before they are rounded. */
  readonly precision?: 'float32' | HalfKind
  readonly sliceContexts?: number
  readonly seed: number
  /** Tokens that are not trained on, by id (BOS) and position in the context. */
  readonly excluded: (token: number, position: number) => boolean
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
  readonly activations: ReadonlyMap<string, Float32Array | HalfRows>
  /** Rows of `activations` in serving order. */
  readonly order: Uint32Array
}

/** Random streams of the order of contexts and of tokens. */
const CONTEXT_STREAM = 0x636f6e74
const TOKEN_STREAM = 0x746f6b65
const seedOf = (seed: number, stream: number, n: number): number => Math.floor(uniform(seed, stream, n) * 2 ** 32) | 0

export class ActivationBuffer {
  private current: Block | null = null
  private order: { readonly epoch: number; readonly contexts: Uint32Array } | null = null

  constructor(
    private readonly settings: BufferSettings,
    private readonly source: BufferSource,
    private position: BufferCursor = STREAM_START,
  ) {
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
      const { activations, order } = await this.open(epoch, block)
      const rows = order.subarray(offset, offset + count - filled)
      for (const [site, width] of widths) copyRows(activations.get(site)!, rows, width, batch.get(site)!, filled)
      filled += rows.length
      offset += rows.length
      empty = order.length === 0 ? empty + 1 : 0
      if (empty >= this.blocks)
        throw new AppError('training_invalid', 'Every token of the tokenization is excluded from training.')
      if (offset < order.length) continue
      offset = 0
      block++
      if (block === this.blocks) {
        block = 0
        epoch++
      }
    }
    this.position = { epoch, block, offset }
    return batch
  }

  private async open(epoch: number, index: number): Promise<Block> {
    if (this.current?.epoch === epoch && this.current.index === index) return this.current
    // Let go of the old block before the next one is made.
    this.current = null
    const { blockContexts } = this.settings
    const contexts = this.contextsOf(epoch).slice(index * blockContexts, (index + 1) * blockContexts)
    const activations = await this.harvest(contexts)
    this.current = { epoch, index, activations, order: this.tokenOrder(contexts, epoch, index) }
    return this.current
  }

  /** Activations of a block as they are kept. */
  private async harvest(contexts: Uint32Array): Promise<Block['activations']> {
    const { precision = 'float32', contextSize, sliceContexts = contexts.length, widths } = this.settings
    if (precision === 'float32') return this.source.harvest(contexts)
    const rows = contexts.length * contextSize
    const kept = new Map([...widths].map(([site, width]) => [site, new HalfRows(precision, rows, width)]))
    for (let first = 0; first < contexts.length; first += sliceContexts) {
      const slice = await this.source.harvest(contexts.subarray(first, first + sliceContexts))
      for (const [site, half] of kept) half.put(slice.get(site)!, first * contextSize)
    }
    return kept
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

/** Copies rows of `from` to `to`, one after another from row `first` on. */
function copyRows(
  from: Float32Array | HalfRows,
  rows: Uint32Array,
  width: number,
  to: Float32Array,
  first: number,
): void {
  if (from instanceof HalfRows) from.copy(rows, to, first)
  else {
    rows.forEach((row, i) => {
      to.set(from.subarray(row * width, (row + 1) * width), (first + i) * width)
    })
  }
}
