// Regular expressions of tokenizer.json (Oniguruma) as those of JavaScript, and where they match: as the Rust library counts matches, an
// empty one right behind another does not count.
import { AppError } from '@mistudio/contracts'
import { z } from 'zod'
import { translated } from '../library.js'
import { withoutPossession } from './possessive.js'

export const PatternSchema = z.union([
  z.strictObject({ Regex: z.string() }),
  z.strictObject({ String: z.string().min(1) }),
])
export type Pattern = z.infer<typeof PatternSchema>

/** Longest expression accepted; the longest published one has some 500 characters. */
const MAX_PATTERN = 5000

/** An expression of a file, with its text there. */
export interface FileExpression {
  readonly written: string
  readonly expression: RegExp
}

/** From, to. */
export type Match = readonly [from: number, to: number]

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** The JavaScript expression of a pattern, global and by code points. @throws AppError `tokenizer_invalid`. */
export function expressionOf(pattern: Pattern): RegExp {
  if ('String' in pattern) return new RegExp(escaped(pattern.String), 'gu')
  const { Regex } = pattern
  if (Regex.length > MAX_PATTERN)
    throw new AppError(
      'tokenizer_invalid',
      `tokenizer.json has a regular expression of ${Regex.length} characters; at most ${MAX_PATTERN} are allowed.`,
    )
  try {
    return translated(withoutPossession(Regex))
  } catch (cause) {
    const message = `A regular expression of tokenizer.json cannot be read (${(cause as Error).message}): ${Regex.slice(0, 200)}`
    throw new AppError('tokenizer_invalid', message, undefined, { cause })
  }
}

/**
 * Between the halves of a character beyond U+FFFF. JavaScript finds matches of no width there (`$`, `\b`, look-arounds): no character
 * begins there, so "none follows" holds.
 */
const insidePair = (text: string, at: number): boolean => at > 0 && text.codePointAt(at - 1)! > 0xffff

/** What an expression finds, without what lies inside of a character. */
export function* foundBy(expression: RegExp, text: string): Generator<RegExpExecArray> {
  for (const match of text.matchAll(expression)) if (!insidePair(text, match.index)) yield match
}

/** Where an expression matches, in order. */
export function matchesOf(expression: RegExp, text: string): Match[] {
  const matches: Match[] = []
  let end = -1
  for (const { index, 0: found } of foundBy(expression, text)) {
    if (found === '' && index === end) continue
    end = index + found.length
    matches.push([index, end])
  }
  return matches
}
