// The one pass of an extraction: contexts in a fixed order through model and encoder into the accumulators. Knows no
// files and no database; what it needs of model, SAE and dataset are the three small interfaces below.
import { AppError, type ExtractionParams, type ReadText, type TokensRead, tokensAvailable } from '@mistudio/contracts'
import {
  EntryBuffer,
  type FeatureAccumulator,
  type FidelityAccumulator,
  seededPermutation,
} from '@mistudio/interp/features'
import { type SparseCode } from '@mistudio/interp/saes'

/** Contexts of a tokenization. */
export interface ContextSource {
  readonly contextSize: number
  readonly trainContexts: number
  readonly heldOutContexts: number
  /** Token ids [contextSize] of one context. */
  tokens(context: number): ArrayLike<number>
  /** Ascending positions at which documents begin in it. */
  documentStarts(context: number): ArrayLike<number>
}

/** Activations at the SAE's site: [batch · seq, d_in] for token ids [batch · seq]. */
type Capture = (tokens: Int32Array, batch: number, seq: number) => Promise<Float32Array>

/** An SAE: the sparse code of activations in contexts of `seq` tokens, and the reconstruction [tokens, d_in]. */
interface Encoder {
  encode(x: Float32Array, tokens: number, options: { readonly seq: number }): Promise<SparseCode>
  reconstruct(x: Float32Array, code: SparseCode): Float32Array
}

export interface Pass {
  readonly source: ContextSource
  readonly capture: Capture
  readonly encoder: Encoder
  readonly accumulator: FeatureAccumulator
  readonly fidelity: FidelityAccumulator
  /** Token left out of everything that is counted; null for none. */
  readonly excludedToken: number | null
}

/**
 * Contexts to read, in order: a seeded permutation of the chosen documents' contexts. So any budget is a random sample of them,
 * and the same seed reads the same ones. No other documents are read when they are fewer than asked for.
 * @throws AppError `tokenization_mismatch` when there are none.
 */
export function readingOrder(
  source: ContextSource,
  { tokens, text, seed }: Pick<ExtractionParams, 'tokens' | 'text' | 'seed'>,
): Uint32Array {
  const wanted = Math.max(1, Math.ceil(tokens / source.contextSize))
  const all = contextsOf(source, text, seed)
  if (all.length > 0) return all.slice(0, wanted)
  throw new AppError(
    'tokenization_mismatch',
    `The tokenization has no context of ${text === 'held_out' ? 'held-out' : 'training'} documents. Choose another text to read.`,
  )
}

function contextsOf({ trainContexts, heldOutContexts }: ContextSource, text: ReadText, seed: number): Uint32Array {
  if (text === 'all') return seededPermutation(trainContexts + heldOutContexts, seed)
  if (text === 'train') return seededPermutation(trainContexts, seed)
  const heldOut = seededPermutation(heldOutContexts, seed + 1).map((context) => context + trainContexts)
  if (text === 'held_out') return heldOut
  return Uint32Array.from([...seededPermutation(trainContexts, seed), ...heldOut])
}

/** Tokens of the contexts that were read, by the documents they belong to, and of all that could have been. */
export function tokensRead(source: ContextSource, text: ReadText, read: Uint32Array): TokensRead {
  const { contextSize, trainContexts, heldOutContexts } = source
  const heldOut = read.filter((context) => context >= trainContexts).length
  const available = tokensAvailable(text, { contextSize, stats: { trainContexts, heldOutContexts } })
  return { train: (read.length - heldOut) * contextSize, heldOut: heldOut * contextSize, available }
}

/**
 * Reads one batch of contexts.
 * @throws AppError `sae_invalid` when model or encoder give numbers that are not finite.
 */
export async function readBatch(pass: Pass, contexts: Uint32Array, buffer: EntryBuffer): Promise<void> {
  const { source, accumulator, encoder } = pass
  const { contextSize } = source
  const tokens = new Int32Array(contexts.length * contextSize)
  contexts.forEach((context, i) => {
    tokens.set(source.tokens(context), i * contextSize)
  })
  const x = await pass.capture(tokens, contexts.length, contextSize)
  const code = await encoder.encode(x, tokens.length, { seq: contextSize })
  const { values, indices, k } = code
  refuseNonFinite(values)
  const reconstruction = encoder.reconstruct(x, code)
  contexts.forEach((context, i) => {
    const first = i * contextSize
    const excluded = (position: number) => tokens[first + position] === pass.excludedToken
    const entries = buffer.fromTopk(values, indices, first, contextSize, k, excluded)
    const counted = measure(pass, x, reconstruction, values, tokens.subarray(first, first + contextSize), first, k)
    const documentStarts = source.documentStarts(context)
    accumulator.add({ context, length: contextSize, counted, documentStarts, entries })
  })
}

/** Adds the counted tokens of one context to L0 and FVU. @returns how many were counted. */
function measure(
  pass: Pass,
  x: Float32Array,
  reconstruction: Float32Array,
  values: Float32Array,
  tokens: Int32Array,
  first: number,
  k: number,
): number {
  let counted = 0
  for (let position = 0; position < tokens.length; position++) {
    if (tokens[position] === pass.excludedToken) continue
    const row = first + position
    let firings = 0
    for (let i = row * k; i < (row + 1) * k; i++) if (values[i] !== 0) firings++
    pass.fidelity.addToken(x, reconstruction, row, firings)
    counted++
  }
  return counted
}

function refuseNonFinite(values: Float32Array): void {
  const bad = values.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) {
    throw new AppError(
      'sae_invalid',
      `The SAE gave ${values[bad]} as an activation. Model and SAE may not belong together, or a weight is not finite.`,
    )
  }
}
