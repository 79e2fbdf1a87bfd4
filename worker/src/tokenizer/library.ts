// The parts of @huggingface/tokenizers in use, with types: its own declarations do not resolve under Node's module rules. Its models
// and its translation of expressions are used; what comes before and behind them is carried out here.
import { Tokenizer as HfTokenizer } from '@huggingface/tokenizers'

export interface LibraryModel {
  /** Tokens of a word, neighbouring unknown ones fused where the model says so. */
  _call(words: readonly string[]): string[]
  readonly tokens_to_ids: ReadonlyMap<string, number>
  readonly unk_token_id?: number
  /** Tokens by id; a hole in the ids is undefined. */
  readonly vocab: readonly (string | undefined)[]
}

const NOTHING = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null }

/** An Oniguruma expression in JavaScript, global and by code points. @throws SyntaxError for what has no translation. */
export function translated(Regex: string): RegExp {
  const pre_tokenizer = { type: 'Split', pattern: { Regex }, behavior: 'Removed', invert: true }
  const model = { type: 'BPE', vocab: {}, merges: [] }
  const tokenizer = new HfTokenizer({ ...NOTHING, model, pre_tokenizer }, {})
  return (tokenizer as { pre_tokenizer: { pattern: RegExp } }).pre_tokenizer.pattern
}

/** The model of a tokenizer.json alone. @throws Error of the library for models it does not know. */
export function openModel(model: object, config: object): LibraryModel {
  return (new HfTokenizer({ ...NOTHING, model }, config) as { model: LibraryModel }).model
}
