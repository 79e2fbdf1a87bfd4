// Where texts of tokens are cut: at words, so that no end shows half of one. Pure.
import type { TintedToken } from './tokens.js'

export interface CutText {
  readonly tokens: readonly TintedToken[]
  /** Something was left out there, here or where the text was stored. */
  readonly cutBefore: boolean
  readonly cutAfter: boolean
}

/** Longest piece that is dropped to end at a word; texts without spaces are cut where they are. */
const LONGEST_WORD = 24
const SPACE = /\s/
const endsInSpace = (text: string): boolean => SPACE.test(text.at(-1) ?? '')
const beginsWithSpace = (text: string): boolean => SPACE.test(text[0] ?? '')

/** First token at or after `from` that begins a word; `from` itself when there is none before `until`. */
function wordFrom(tokens: readonly TintedToken[], from: number, until: number): number {
  let dropped = 0
  for (let at = from; at <= until && dropped <= LONGEST_WORD; at += 1) {
    const text = tokens[at]?.text ?? ''
    if (beginsWithSpace(text) || (at > 0 && endsInSpace(tokens[at - 1]?.text ?? ''))) return at
    dropped += text.length
  }
  return from
}

/** Token before which a word begins, at or before `to` (exclusive) and after `from`; `to` itself when there is none. */
function wordUntil(tokens: readonly TintedToken[], to: number, from: number): number {
  let dropped = 0
  for (let at = to; at > from + 1 && dropped <= LONGEST_WORD; at -= 1) {
    const [last, next] = [tokens[at - 1]?.text ?? '', tokens[at]?.text]
    if (endsInSpace(last) || (next !== undefined && beginsWithSpace(next))) return at
    dropped += last.length
  }
  return to
}

const peakOf = (tokens: readonly TintedToken[]): number =>
  Math.max(
    0,
    tokens.findIndex((token) => token.isPeak),
  )

/** Ends at words where the stored text itself was cut; the peak's own word always stays. */
export function cutAtWords(tokens: readonly TintedToken[], was: { before: boolean; after: boolean }): CutText {
  const peak = peakOf(tokens)
  const start = was.before ? wordFrom(tokens, 0, peak) : 0
  const end = was.after ? wordUntil(tokens, tokens.length, peak) : tokens.length
  return { tokens: tokens.slice(start, end), cutBefore: was.before, cutAfter: was.after }
}

/** As many whole words around the peak as fit into so many characters before and after it. */
export function fitAroundPeak(
  tokens: readonly TintedToken[],
  room: { before: number; after: number },
): { before: CutText; peak: TintedToken | null; after: CutText } {
  const peak = tokens.findIndex((token) => token.isPeak)
  const middle = tokens[peak]
  if (!middle) {
    const none = { tokens: [], cutBefore: false, cutAfter: false }
    return { before: none, peak: null, after: { ...none, tokens } }
  }
  let start = peak
  for (let left = room.before; start > 0; start -= 1) {
    left -= tokens[start - 1]?.text.length ?? 0
    if (left < 0) break
  }
  let end = peak + 1
  for (let left = room.after; end < tokens.length; end += 1) {
    left -= tokens[end]?.text.length ?? 0
    if (left < 0) break
  }
  const from = start > 0 ? wordFrom(tokens, start, peak) : 0
  const to = end < tokens.length ? wordUntil(tokens, end, peak) : end
  return {
    before: { tokens: tokens.slice(from, peak), cutBefore: from > 0, cutAfter: false },
    peak: middle,
    after: { tokens: tokens.slice(peak + 1, to), cutBefore: false, cutAfter: to < tokens.length },
  }
}
