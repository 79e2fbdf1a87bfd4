// Where an example's window lies: around its peak, inside its context and inside its document.

/** Positions start (inclusive) to end (exclusive) of a context. */
export interface Window {
  readonly start: number
  readonly end: number
}

/**
 * Window of `before` tokens before and `after` tokens after `position`, cut at the ends of the context and of the
 * document that holds the position. `documentStarts` are the positions (ascending) at which a document begins; a
 * context that begins within a document need not list 0.
 */
export function clipWindow(
  position: number,
  before: number,
  after: number,
  length: number,
  documentStarts: ArrayLike<number>,
): Window {
  let start = Math.max(0, position - before)
  let end = Math.min(length, position + after + 1)
  for (let i = 0; i < documentStarts.length; i++) {
    const boundary = documentStarts[i]!
    if (boundary <= position) start = Math.max(start, boundary)
    else {
      end = Math.min(end, boundary)
      break
    }
  }
  return { start, end }
}
