// The token store on disk: fixed context windows of token ids (tokens.bin, [n_contexts, context_size], uint16 or uint32 little
// endian), where documents begin (documents.bin, u64 little endian, ascending token positions) and a manifest.
// The train contexts come first, then the held-out ones.
import { z } from 'zod'

export const TOKENS = 'tokens.bin'
export const STARTS = 'documents.bin'
export const KIND = 'tokens'

export const TokensDataSchema = z.object({
  context_size: z.int().min(1),
  n_contexts: z.int().min(0),
  n_train: z.int().min(0),
  n_held_out: z.int().min(0),
  /** n_contexts × context_size. */
  n_tokens: z.int().min(0),
  dtype: z.enum(['uint16', 'uint32']),
  vocab_size: z.int().min(1),
  /** Token put before every document; null when none is. */
  bos_token_id: z.int().min(0).nullable(),
  /** Entries of documents.bin: documents whose first token lies in a window. */
  n_document_starts: z.int().min(0),
  /** Whatever the job wants to remember (statistics, dataset, tokenizer hash ...). */
  extra: z.unknown(),
})
export type TokensData = z.infer<typeof TokensDataSchema>
