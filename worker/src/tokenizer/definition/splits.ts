// How a text falls at the matches of a pattern: the five behaviors of the Rust library's `SplitDelimiterBehavior`.
import { z } from 'zod'
import { foundBy, type Match, matchesOf } from '../expressions/expressions.js'

export const BehaviorSchema = z.enum(['Removed', 'Isolated', 'Contiguous', 'MergedWithPrevious', 'MergedWithNext'])
export type Behavior = z.infer<typeof BehaviorSchema>

interface Part {
  from: number
  to: number
  readonly match: boolean
}

/** The whole text as matches and what lies between them. `inverted`: what lies between is the match. */
function partsOf(text: string, matches: readonly Match[], inverted: boolean): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const [from, to] of matches) {
    if (from > end) parts.push({ from: end, to: from, match: inverted })
    parts.push({ from, to, match: !inverted })
    end = to
  }
  if (end < text.length) parts.push({ from: end, to: text.length, match: inverted })
  return parts
}

/** Neighbours of one kind become one part. */
function contiguous(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (last && last.match === part.match) last.to = part.to
    else joined.push({ ...part })
  }
  return joined
}

/** A match joins the part before it; of several in a row only the first does. */
function mergedWithPrevious(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  let afterMatch = false
  for (const part of parts) {
    const last = joined.at(-1)
    if (part.match && !afterMatch && last) last.to = part.to
    else joined.push({ ...part })
    afterMatch = part.match
  }
  return joined
}

/** A match joins the part behind it; of several in a row only the last does. */
function mergedWithNext(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  let beforeMatch = false
  for (const part of parts.toReversed()) {
    const last = joined.at(-1)
    if (part.match && !beforeMatch && last) last.from = part.from
    else joined.push({ ...part })
    beforeMatch = part.match
  }
  return joined.reverse()
}

/** The text around and in matches, each by itself; written for speed, as nearly every word of every text comes through here. */
function isolated(expression: RegExp, text: string): string[] {
  const pieces: string[] = []
  let end = 0
  for (const { index, 0: found } of foundBy(expression, text)) {
    if (index > end) pieces.push(text.slice(end, index))
    if (found !== '') pieces.push(found)
    end = index + found.length
  }
  if (end < text.length) pieces.push(text.slice(end))
  return pieces
}

/** Pieces of a text; where the beginning of the text was removed, the first piece is empty. */
export type Split = (text: string) => string[]

export function splitAt(expression: RegExp, behavior: Behavior, inverted = false): Split {
  if (behavior === 'Isolated') return (text) => isolated(expression, text)
  const joined = {
    Removed: null,
    Contiguous: contiguous,
    MergedWithPrevious: mergedWithPrevious,
    MergedWithNext: mergedWithNext,
  }[behavior]
  return (text) => {
    const parts = partsOf(text, matchesOf(expression, text), inverted)
    if (joined) return joined(parts).map(({ from, to }) => text.slice(from, to))
    return parts.flatMap(({ from, to, match }, i) => (match ? (i === 0 ? [''] : []) : [text.slice(from, to)]))
  }
}
