// The text around a token that an extraction read: its context, or as much of its document as is read at once. Contexts are read whole, as
// the extraction read them, so activations are the same. Knows no model.

/** What is needed of a token store. */
export interface PlacedTokens {
  readonly contextSize: number
  readonly contexts: number
  /** The document of every token of a context: one number per document in all contexts it reaches into. */
  documents(context: number): Int32Array
}

export interface Place {
  readonly context: number
  readonly position: number
  readonly reach: 'context' | 'document'
}

export interface Reading {
  /** Contexts to read: `count` from `first` on. */
  readonly first: number
  readonly count: number
  /** Which of their tokens belong to the text: [start, end). */
  readonly start: number
  readonly end: number
  /** The place asked for, among all tokens read. */
  readonly position: number
  readonly goesOn: { readonly before: boolean; readonly after: boolean }
}

/** Tokens read at once; of a longer document the part around the place. */
const MOST_TOKENS = 4096

/** @throws RangeError when there is no such place. */
export function readingOf(tokens: PlacedTokens, { context, position, reach }: Place): Reading {
  const { contextSize } = tokens
  if (context >= tokens.contexts || position >= contextSize)
    throw new RangeError(`token ${position} of context ${context}`)
  const document = tokens.documents(context)[position]!
  const holds = (other: number) => other >= 0 && other < tokens.contexts && tokens.documents(other).includes(document)
  if (reach === 'context') {
    const goesOn = { before: false, after: false }
    return { first: context, count: 1, start: 0, end: contextSize, position, goesOn }
  }
  const most = Math.max(1, Math.floor(MOST_TOKENS / contextSize))
  let first = context
  let last = context
  // One step to either side at a time, so that what is read lies around the place.
  for (let grown = true; grown && last - first + 1 < most; ) {
    grown = false
    if (holds(first - 1)) {
      first--
      grown = true
    }
    if (last - first + 1 < most && holds(last + 1)) {
      last++
      grown = true
    }
  }
  const count = last - first + 1
  const start = tokens.documents(first).indexOf(document)
  const end = (count - 1) * contextSize + tokens.documents(last).lastIndexOf(document) + 1
  const goesOn = { before: holds(first - 1), after: holds(last + 1) }
  return { first, count, start, end, position: (context - first) * contextSize + position, goesOn }
}
