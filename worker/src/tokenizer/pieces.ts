// Pieces of text that a BPE model merges independently of their neighbours, so that their ids can be remembered: natural text repeats its
// words, and a look-up is much cheaper than merging.
import { z } from 'zod'
import type { Component } from './canonical.js'
import { preTokenizerOf } from './library.js'
import { standIns } from './token-bytes.js'
import type { TokenizerJson } from './tokenizer-files.js'

/** Cuts a normalized section of text; `first`: it begins the text. */
export type Cut = (section: string, first: boolean) => readonly string[]

export interface Pieces {
  readonly cut: Cut
  /** What the model is given for a piece. */
  readonly written: (piece: string) => string
}

/** Byte-level BPE whose pre-tokenizer only splits: the pieces are its words. */
function byteLevelWords(preTokenizers: readonly Component[]): Pieces | null {
  const last = preTokenizers.at(-1)
  const splits = preTokenizers.slice(0, -1)
  if (last?.type !== 'ByteLevel' || splits.length === 0 || splits.some(({ type }) => type !== 'Split')) return null
  const words = preTokenizerOf(splits)
  return { cut: (section) => words.pre_tokenize(section), written: standIns }
}

const MergeSchema = z.union([
  z.tuple([z.string(), z.string()]),
  z
    .string()
    .transform((merge): [string, string] => [merge.slice(0, merge.indexOf(' ')), merge.slice(merge.indexOf(' ') + 1)]),
])

/** True when a merge can put a `▁` behind another character inside one token. */
const crossesWords = (merge: unknown): boolean => {
  const [left, right] = MergeSchema.parse(merge)
  return right.startsWith('▁') && !left.endsWith('▁')
}

const everyByte = (vocab: object): boolean =>
  Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`).every((token) =>
    Object.hasOwn(vocab, token),
  )

/**
 * SentencePiece BPE reads a text as one word. When no merge puts a `▁` behind another character, none crosses the place between them, and
 * the text may be cut there; unknown characters must not be fused across it, so every byte needs its token.
 */
function sentencePieceWords(preTokenizers: readonly Component[], { model }: TokenizerJson): Pieces | null {
  const [only, ...more] = preTokenizers
  const { vocab, merges } = model
  if (more.length > 0 || (only && only.type !== 'Metaspace')) return null
  if (model['byte_fallback'] !== true || model['ignore_merges'] === true) return null
  if (typeof vocab !== 'object' || vocab === null || !everyByte(vocab)) return null
  if (!Array.isArray(merges) || merges.some(crossesWords)) return null
  const scheme = only?.['prepend_scheme']
  const meta = (section: string, first: boolean): string => {
    if (!only) return section
    const spaced = section.replaceAll(' ', '▁')
    return !spaced.startsWith('▁') && (scheme === 'always' || (scheme === 'first' && first)) ? `▁${spaced}` : spaced
  }
  return {
    cut: (section, first) => meta(section, first).match(/▁*[^▁]+|▁+/gu) ?? [],
    written: (piece) => piece,
  }
}

/** How the texts of a tokenizer fall into independent pieces; null when they do not. */
export function piecesOf(preTokenizers: readonly Component[], json: TokenizerJson): Pieces | null {
  if (json.model.type !== 'BPE') return null
  return byteLevelWords(preTokenizers) ?? sentencePieceWords(preTokenizers, json)
}

/** Pieces remembered; when full, the cache starts anew. */
const CAPACITY = 100_000
/** Longer pieces hardly come twice. */
const MAX_PIECE = 64

export class PieceCache {
  readonly #ids = new Map<string, readonly number[]>()

  constructor(private readonly encodePiece: (piece: string) => readonly number[]) {}

  /** Ids of a piece. */
  get(piece: string): readonly number[] {
    const known = this.#ids.get(piece)
    if (known) return known
    const ids = this.encodePiece(piece)
    if (piece.length <= MAX_PIECE) {
      if (this.#ids.size >= CAPACITY) this.#ids.clear()
      this.#ids.set(piece, ids)
    }
    return ids
  }
}
