// Whether a tokenizer and a model belong together, as far as sizes can tell.
import { AppError } from '@mistudio/contracts'
import type { ModelSpec } from '@mistudio/interp/models'

/** @throws AppError `tokenizer_invalid` when the tokenizer can give ids that the embedding has no row for. */
export function requireTokenizerFits(tokens: number, spec: ModelSpec): void {
  if (tokens <= spec.vocabSize) return
  throw new AppError(
    'tokenizer_invalid',
    `The tokenizer has ids up to ${tokens - 1}, the model's embedding only ${spec.vocabSize} rows. They do not belong together.`,
    { tokens, rows: spec.vocabSize },
  )
}
