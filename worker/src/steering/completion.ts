// A written row as the contract shows it: text, exact tokens, log probabilities and alternatives.
import type { Completion } from '@mistudio/contracts'
import type { GeneratedRow } from '@mistudio/interp/generation'
import type { Tokenizer } from '../tokenizer/index.js'

export interface WrittenRow extends GeneratedRow {
  /** The text as it was streamed: it ends before the stop string that ended the row, if one did. */
  readonly text: string
}

type Written = Pick<Completion, 'text' | 'tokens' | 'promptTokens' | 'logprobs' | 'alternatives' | 'finish'>

/** How many tokens it takes to write a text: those behind a stop string's beginning are not part of a completion. */
function tokensNeeded(spans: readonly { readonly text: string }[], text: string): number {
  let length = 0
  let needed = 0
  while (needed < spans.length && length < text.length) length += spans[needed++]!.text.length
  return needed
}

/** Turns a row into a completion without its measures. A row that a stop string ended loses the tokens that its text does not need. */
export function completionOf(tokenizer: Tokenizer, prompt: Int32Array, row: WrittenRow): Written {
  const all = tokenizer.spans([...prompt, ...row.tokens])
  const written = all.slice(prompt.length)
  const kept = row.finish === 'stop' ? tokensNeeded(written, row.text) : written.length
  return {
    text: row.text,
    tokens: all.slice(0, prompt.length + kept),
    promptTokens: prompt.length,
    logprobs: Array.from(row.logprobs.subarray(0, kept)),
    alternatives: row.alternatives
      .slice(0, kept)
      .map((step) => step.map(({ token, logprob }) => ({ id: token, text: tokenizer.display(token), logprob }))),
    finish: row.finish,
  }
}
