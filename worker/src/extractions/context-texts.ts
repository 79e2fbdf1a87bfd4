// Texts of example windows: a context is decoded once and kept for a while, because strong examples of many features
// share contexts.
import type { TokenSpan } from '@mistudio/contracts'
import type { WindowTexts } from './feature-rows.js'

/** Tokens whose texts are kept. */
const KEPT_TOKENS = 2_000_000

/**
 * Texts by window, decoded from whole contexts so that a character spread over several tokens is whole at the token
 * that ends it even when the window begins inside it.
 * @param tokens ids of a context, not changed afterwards.
 * @param spans exact text per token.
 */
export function contextTexts(
  contextSize: number,
  tokens: (context: number) => ArrayLike<number>,
  spans: (ids: ArrayLike<number>) => readonly TokenSpan[],
): WindowTexts {
  const kept = new Map<number, readonly TokenSpan[]>()
  const most = Math.max(1, Math.floor(KEPT_TOKENS / contextSize))
  return (context, start, end) => {
    let decoded = kept.get(context)
    if (decoded) kept.delete(context)
    else {
      decoded = spans(tokens(context))
      if (kept.size >= most) kept.delete(kept.keys().next().value!)
    }
    // Map order is insertion order: the context used last stays longest.
    kept.set(context, decoded)
    return decoded.slice(start, end)
  }
}
