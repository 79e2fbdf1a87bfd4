// Which text the figures of an extraction come from: the share of a tokenization that was read, and what of it the SAE was trained on.
import { z } from 'zod'
import type { Tokenization, TokenizationStats } from '../datasets/schemas.js'

export const TextChoiceSchema = z.enum(['held_out', 'train', 'all'])
export type TextChoice = z.infer<typeof TextChoiceSchema>
/** `train_first`: training documents, and held-out ones once those were used up; how extractions read before there was a choice. */
export const ReadTextSchema = z.enum([...TextChoiceSchema.options, 'train_first'])
export type ReadText = z.infer<typeof ReadTextSchema>

/**
 * What the SAE was trained on: `this` text, so that its training documents are the SAE's and its held-out ones are new to it;
 * an `other` text; or `unknown` here (imported, or its training or text was deleted).
 */
export const TrainedOnSchema = z.enum(['this', 'other', 'unknown'])
export type TrainedOn = z.infer<typeof TrainedOnSchema>

/** Tokens of whole contexts, BOS included: read of each share, and how many the chosen text holds. */
export const TokensReadSchema = z.object({ train: z.int(), heldOut: z.int(), available: z.int() })
export type TokensRead = z.infer<typeof TokensReadSchema>

type Text = Pick<Tokenization, 'datasetId' | 'stats'>

/** `own`: what the SAE's training here read; null: it had none, or it is gone. The same documents of a dataset are held out whatever the tokenizer. */
export function trainedOn(own: Text | null, text: Text): TrainedOn {
  if (!own) return 'unknown'
  if (own.datasetId !== text.datasetId) return 'other'
  return own.stats !== null && own.stats.documents === text.stats?.documents ? 'this' : 'unknown'
}

/** What is read when nothing is chosen: text that the SAE has not seen, where that can be told; else any. */
export const defaultText = (known: TrainedOn): TextChoice => (known === 'this' ? 'held_out' : 'all')

type Contexts = Pick<TokenizationStats, 'trainContexts' | 'heldOutContexts'>

/** Tokens that a choice has to offer. */
export function tokensAvailable(
  choice: ReadText,
  text: { readonly contextSize: number; readonly stats: Contexts | null },
): number {
  const { trainContexts = 0, heldOutContexts = 0 } = text.stats ?? {}
  if (choice === 'held_out') return heldOutContexts * text.contextSize
  if (choice === 'train') return trainContexts * text.contextSize
  return (trainContexts + heldOutContexts) * text.contextSize
}
