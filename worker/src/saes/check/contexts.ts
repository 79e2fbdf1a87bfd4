// The contexts that a check reads: held-out contexts of a tokenization first, or the bundled text cut into pieces.
import { AppError, type SaeCheckWork } from '@mistudio/contracts'
import { TokenReader } from '@mistudio/formats'
import type { EvaluationBatch } from '@mistudio/interp'
import { folderOf, withFileErrors } from '../../files/index.js'
import { contextsPerPass } from '../../models/passes.js'
import type { Tokenizer } from '../../tokenizer/index.js'
import { BUNDLED_CONTEXT, BUNDLED_TEXT } from './texts.js'

export interface CheckText {
  readonly batches: readonly EvaluationBatch[]
  readonly contexts: number
  readonly contextSize: number
  /** Its positions keep their activations and count in no figure; null: there is none. */
  readonly bos: number | null
}

interface Limits {
  /** Longest context of model and SAE. */
  readonly contextSize: number
  readonly vocabSize: number
}

export function checkText(
  dataDir: string,
  { tokenizationId, tokens }: SaeCheckWork['text'],
  tokenizer: Tokenizer,
  prependBos: boolean,
  limits: Limits,
): Promise<CheckText> | CheckText {
  if (tokenizationId !== null) return datasetText(folderOf(dataDir, 'tokenizations', tokenizationId), tokens, limits)
  return bundledText(tokenizer, prependBos, limits)
}

/** @throws AppError `tokenization_mismatch` for tokens of another model, `file_invalid` for damaged ones. */
async function datasetText(folder: string, tokens: number, limits: Limits): Promise<CheckText> {
  const reader = await withFileErrors(() => TokenReader.open(folder))
  try {
    if (reader.vocabSize > limits.vocabSize) {
      throw new AppError(
        'tokenization_mismatch',
        `The tokens come from a vocabulary of ${reader.vocabSize}, the model has ${limits.vocabSize}. Choose a tokenization made for this model.`,
      )
    }
    const size = Math.min(reader.contextSize, limits.contextSize)
    const { trainContexts, heldOutContexts } = reader
    const order = Array.from({ length: trainContexts + heldOutContexts }, (_, i) =>
      i < heldOutContexts ? trainContexts + i : i - heldOutContexts,
    )
    const chosen = order.slice(0, Math.max(1, Math.ceil(tokens / size)))
    const contexts = chosen.map((at) => reader.read(at, 1).slice(0, size))
    return { ...inBatches(contexts, size), bos: reader.bosTokenId }
  } finally {
    reader.close()
  }
}

function bundledText(tokenizer: Tokenizer, prependBos: boolean, { contextSize }: Limits): CheckText {
  const size = Math.min(BUNDLED_CONTEXT, contextSize)
  const start = prependBos && tokenizer.bosTokenId !== null ? [tokenizer.bosTokenId] : []
  const ids = tokenizer.encode(BUNDLED_TEXT)
  const step = size - start.length
  const contexts: Int32Array[] = []
  for (let at = 0; at + step <= ids.length; at += step)
    contexts.push(Int32Array.from([...start, ...ids.slice(at, at + step)]))
  return { ...inBatches(contexts, size), bos: tokenizer.bosTokenId }
}

function inBatches(contexts: readonly Int32Array[], size: number): Omit<CheckText, 'bos'> {
  if (contexts.length === 0 || size < 2) {
    throw new AppError('tokenization_mismatch', 'The text is too short for one context of two tokens. Choose another.')
  }
  const step = contextsPerPass(size)
  const batches = Array.from({ length: Math.ceil(contexts.length / step) }, (_, n) => {
    const part = contexts.slice(n * step, (n + 1) * step)
    const tokens = new Int32Array(part.length * size)
    part.forEach((context, i) => {
      tokens.set(context, i * size)
    })
    return { tokens, batch: part.length, seq: size }
  })
  return { batches, contexts: contexts.length, contextSize: size }
}
