// The contexts that a check reads: held-out contexts of a tokenization, then training ones unless the SAE was trained on them; or the bundled
// text cut into pieces.
import { AppError, type SaeCheckWork, type SaeDeclared, type TokensRead } from '@mistudio/contracts'
import { TokenReader } from '@mistudio/formats'
import { type EvaluationBatch, type LeaveOutUnits, leaveOutUnits } from '@mistudio/interp/saes'
import { folderOf, withFileErrors } from '../../files/index.js'
import { contextsPerPass } from '../../models/passes.js'
import type { Tokenizer } from '../../tokenizer/index.js'
import { BUNDLED_CONTEXT, BUNDLED_TEXT, PASSAGE_END } from './texts.js'

export interface CheckText extends LeaveOutUnits {
  readonly batches: readonly EvaluationBatch[]
  readonly contexts: number
  readonly contextSize: number
  /** Its positions keep their activations and count in no figure; null: there is none. */
  readonly bos: number | null
  /** Of a dataset; the bundled text has no shares. */
  readonly read?: TokensRead
}

interface Limits {
  /** Longest context of model and SAE. */
  readonly contextSize: number
  readonly vocabSize: number
}

export function checkText(
  dataDir: string,
  { tokenizationId, ...wanted }: SaeCheckWork['text'],
  tokenizer: Tokenizer,
  prependBos: boolean,
  limits: Limits,
): Promise<CheckText> | CheckText {
  if (tokenizationId !== null) return datasetText(folderOf(dataDir, 'tokenizations', tokenizationId), wanted, limits)
  return bundledText(tokenizer, prependBos, limits)
}

type Wanted = Pick<SaeCheckWork['text'], 'name' | 'tokens' | 'trainedOn'>

/** @throws AppError `tokenization_mismatch` for tokens of another model or none to read, `file_invalid` for damaged ones. */
async function datasetText(folder: string, { name, tokens, trainedOn }: Wanted, limits: Limits): Promise<CheckText> {
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
    // Text that an SAE was fitted to flatters it, so of its own training's dataset nothing else counts.
    const available = heldOutContexts + (trainedOn === 'this' ? 0 : trainContexts)
    if (available === 0) throw nothingHeldOut(name, size)
    const chosen = Math.min(available, Math.max(1, Math.ceil(tokens / size)))
    const heldOut = Math.min(chosen, heldOutContexts)
    const contexts = Array.from({ length: chosen }, (_, i) => {
      const at = i < heldOut ? trainContexts + i : i - heldOut
      return { tokens: reader.read(at, 1).slice(0, size), documents: reader.documents(at).slice(0, size) }
    })
    const read = { heldOut: heldOut * size, train: (chosen - heldOut) * size, available: available * size }
    return { ...inBatches(contexts, size), bos: reader.bosTokenId, read }
  } finally {
    await reader.close()
  }
}

const nothingHeldOut = (name: string, size: number): AppError =>
  new AppError(
    'tokenization_mismatch',
    `The SAE was trained on "${name}", and its held-out documents fill no context of ${size} tokens. Choose another text: figures of what an SAE was fitted to flatter it.`,
  )

function bundledText(tokenizer: Tokenizer, prependBos: boolean, { contextSize }: Limits): CheckText {
  const size = Math.min(BUNDLED_CONTEXT, contextSize)
  const start = prependBos && tokenizer.bosTokenId !== null ? [tokenizer.bosTokenId] : []
  const { ids, documents } = encodedPassages(tokenizer)
  const step = size - start.length
  const contexts: CheckContext[] = []
  for (let at = 0; at + step <= ids.length; at += step) {
    contexts.push({
      tokens: Int32Array.from([...start, ...ids.slice(at, at + step)]),
      documents: Int32Array.from([...start.map(() => documents[at]!), ...documents.slice(at, at + step)]),
    })
  }
  return { ...inBatches(contexts, size), bos: tokenizer.bosTokenId }
}

/** Token ids of the bundled text, and the passage of each. */
function encodedPassages(tokenizer: Tokenizer): { ids: number[]; documents: number[] } {
  const [ids, documents]: [number[], number[]] = [[], []]
  for (const [n, passage] of BUNDLED_TEXT.split(PASSAGE_END).entries()) {
    const encoded = [...tokenizer.encode(n === 0 ? passage : PASSAGE_END + passage)]
    ids.push(...encoded)
    documents.push(...encoded.map(() => n))
  }
  return { ids, documents }
}

/** One context, and the document of each of its tokens. */
interface CheckContext {
  readonly tokens: Int32Array
  readonly documents: Int32Array
}

function inBatches(contexts: readonly CheckContext[], size: number): Omit<CheckText, 'bos'> {
  if (contexts.length === 0 || size < 2) {
    throw new AppError('tokenization_mismatch', 'The text is too short for one context of two tokens. Choose another.')
  }
  const step = contextsPerPass(size)
  const parts = Array.from({ length: Math.ceil(contexts.length / step) }, (_, n) =>
    contexts.slice(n * step, (n + 1) * step),
  )
  const batches = parts.map((part) => ({ tokens: joined(part, 'tokens', size), batch: part.length, seq: size }))
  const units = leaveOutUnits(parts.map((part) => joined(part, 'documents', size)))
  return { batches, ...units, contexts: contexts.length, contextSize: size }
}

function joined(contexts: readonly CheckContext[], what: keyof CheckContext, size: number): Int32Array {
  const out = new Int32Array(contexts.length * size)
  contexts.forEach((context, i) => {
    out.set(context[what], i * size)
  })
  return out
}

/** Positions that count: all but BOS and what the SAE's files say it was not trained on. */
export function countedIn(
  { bos }: Pick<CheckText, 'bos'>,
  { leftOutTokens, skippedPositions }: Pick<SaeDeclared, 'leftOutTokens' | 'skippedPositions'>,
): (token: number, position: number) => boolean {
  const left = new Set(leftOutTokens)
  return (token, position) => token !== bos && !left.has(token) && position >= skippedPositions
}
