// A text as a model reads it from the start.
import type { Tokenizer } from '../tokenizer/index.js'

/** Token ids of a text, after the token that begins a document, if the model has one: so begin the documents SAEs are trained on. */
export function promptIds(tokenizer: Tokenizer, text: string): Int32Array {
  const ids = tokenizer.encode(text)
  return Int32Array.from(tokenizer.bosTokenId === null ? ids : [tokenizer.bosTokenId, ...ids])
}
