// Words of text, which a model reads independently of one another, so that their ids can be remembered: natural text repeats its words, and
// a look-up is much cheaper than merging. Words of SentencePiece models, which may be whole texts, are cut further where that changes nothing.
import { z } from 'zod'
import type { Cut, PreTokenization } from '../definition/pre-tokenizers.js'
import type { TokenizerJson } from '../tokenizer-files.js'

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
 * When no merge puts a `▁` behind another character, none crosses the place between them, and a word may be cut there; unknown characters
 * must not be fused across it, so every byte needs its token.
 */
function fallsAtSpaces({ model }: TokenizerJson): boolean {
  const { vocab, merges } = model
  if (model.type !== 'BPE' || model['byte_fallback'] !== true || model['ignore_merges'] === true) return false
  if (typeof vocab !== 'object' || vocab === null || !everyByte(vocab)) return false
  return Array.isArray(merges) && !merges.some(crossesWords)
}

/** Cuts a section into pieces that the model reads by themselves. */
export function piecesOf({ cut }: PreTokenization, json: TokenizerJson): Cut {
  if (!fallsAtSpaces(json)) return cut
  return (section, first) => cut(section, first).flatMap((word) => word.match(/▁*[^▁]+|▁+/gu) ?? [])
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
