// The parts of @huggingface/tokenizers in use, with types: its own declarations do not resolve under Node's module rules.
import { Tokenizer as HfTokenizer } from '@huggingface/tokenizers'
import type { Component } from './canonical.js'

export interface LibraryTokenizer {
  readonly normalizer: { normalize(text: string): string } | null
  readonly pre_tokenizer: PreTokenizer | null
  readonly model: {
    /** Tokens of pre-tokens, unknown ones fused where the model says so. */
    _call(words: readonly string[]): string[]
    readonly tokens_to_ids: ReadonlyMap<string, number>
    readonly unk_token_id?: number
  }
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[]; tokens: string[] }
  token_to_id(token: string): number | undefined
  id_to_token(id: number): string | undefined
  /** Token by token with its id; a hole in the ids is an undefined token. */
  get_vocab(): ReadonlyMap<string | undefined, number>
}

interface PreTokenizer {
  pre_tokenize(text: string | readonly string[], options?: { section_index: number }): string[]
}

/** Builds a tokenizer of a canonical tokenizer.json. @throws Error of the library for parts it does not know. */
export const openLibrary = (json: object, config: object): LibraryTokenizer =>
  new HfTokenizer(json, config) as LibraryTokenizer

/** The pre-tokenizers alone. */
export function preTokenizerOf(components: readonly Component[]): PreTokenizer {
  const model = { type: 'BPE', vocab: {}, merges: [] }
  const pre_tokenizer = { type: 'Sequence', pretokenizers: components }
  const empty = { added_tokens: [], normalizer: null, post_processor: null, decoder: null }
  return openLibrary({ ...empty, model, pre_tokenizer }, {}).pre_tokenizer!
}
