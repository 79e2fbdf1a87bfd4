// A slow byte-level BPE for tests, straight from its definition: cut into words, start from bytes, and again and again join the
// adjacent pair of lowest rank, leftmost first (Sennrich et al. 2016; GPT-2's words and byte stand-ins).
import { readFileSync } from 'node:fs'
import { z } from 'zod'

const FileSchema = z.object({
  model: z.object({
    vocab: z.record(z.string(), z.int()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
})
/** GPT-2's words with Unicode's white space, which is what `\\s` means where the pattern comes from. */
const WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu

/** Joins the adjacent pair of lowest rank, leftmost first, until none has a rank. */
export function mergeByRank(symbols: readonly string[], ranks: ReadonlyMap<string, number>): string[] {
  const parts = [...symbols]
  for (;;) {
    const pairs = parts.slice(1).map((part, i) => ranks.get(`${parts[i]} ${part}`) ?? Number.POSITIVE_INFINITY)
    const best = Math.min(...pairs)
    if (best === Number.POSITIVE_INFINITY) return parts
    const at = pairs.indexOf(best)
    parts.splice(at, 2, parts[at]! + parts[at + 1]!)
  }
}

/** An encoder for the byte-level tokenizer.json at `path` with words of its own; no normalizer, no added tokens. */
export function referenceBpe(path: string, words: RegExp = WORDS): (text: string) => number[] {
  const { model } = FileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  const ranks = new Map(model.merges.map((merge, rank) => [typeof merge === 'string' ? merge : merge.join(' '), rank]))
  const printable = [
    [0x21, 0x7e],
    [0xa1, 0xac],
    [0xae, 0xff],
  ].flatMap(([from, to]) => Array.from({ length: to! - from! + 1 }, (_, i) => from! + i))
  const rest = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !printable.includes(byte))
  const standIn = (byte: number): string =>
    String.fromCharCode(printable.includes(byte) ? byte : 256 + rest.indexOf(byte))
  const encodeWord = (word: string): number[] =>
    mergeByRank(Array.from(Buffer.from(word), standIn), ranks).map((part) => model.vocab[part]!)
  return (text) => (text.match(words) ?? []).flatMap(encodeWord)
}
