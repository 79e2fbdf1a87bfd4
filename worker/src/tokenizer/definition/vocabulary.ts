// Limits and features of the model part of tokenizer.json, checked before anything is built of it: ids index arrays, and options that
// change how words are merged must be understood.
import { AppError } from '@mistudio/contracts'
import type { TokenizerJson } from '../tokenizer-files.js'

/** Gemma 3 has 262,145 tokens, the largest vocabulary in common use. */
const MAX_TOKENS = 2 ** 21

const invalid = (message: string): AppError => new AppError('tokenizer_invalid', message)

/** Of a value that may be anything, as much as a message needs. */
const excerpt = (value: unknown): string =>
  String(typeof value === 'object' ? JSON.stringify(value) : value).slice(0, 40)

function requireIds(ids: Iterable<unknown>, where: string): void {
  for (const id of ids) {
    if (!Number.isInteger(id) || (id as number) < 0 || (id as number) >= MAX_TOKENS)
      throw invalid(
        `tokenizer.json: ${where} has the id ${excerpt(id)}; ids are whole numbers from 0 to ${MAX_TOKENS - 1}.`,
      )
  }
}

/** Options of a BPE model that change its result and are not carried out here. */
const REFUSED_OPTIONS: Readonly<Record<string, string>> = {
  continuing_subword_prefix: 'a prefix for continued words',
  end_of_word_suffix: 'a suffix for ends of words',
}

/** @throws AppError `tokenizer_invalid` for ids out of range and options that are not carried out exactly. */
export function requireUsableVocabulary({ model, added_tokens }: TokenizerJson): void {
  requireIds(
    added_tokens.map(({ id }) => id),
    'added_tokens',
  )
  const { vocab } = model
  if (model.type === 'Unigram') {
    if (!Array.isArray(vocab)) throw invalid('tokenizer.json: the vocabulary of a Unigram model is a list.')
    return
  }
  if (typeof vocab !== 'object' || vocab === null) throw invalid('tokenizer.json: the model has no vocabulary.')
  requireIds(Object.values(vocab), 'the vocabulary')
  for (const [option, what] of Object.entries(REFUSED_OPTIONS)) {
    if ((model[option] ?? '') !== '') throw invalid(`tokenizer.json: ${what} (${option}) is not supported.`)
  }
  if (Number(model['dropout'] ?? 0) > 0)
    throw invalid('tokenizer.json: dropout makes every encoding random; set it to null.')
}

/**
 * What a BPE model reads of a word: without an unknown token it drops characters that its vocabulary lacks, before anything is merged, so that
 * their neighbours can be.
 */
export function knownCharacters({
  type,
  vocab,
  unk_token,
  byte_fallback,
}: TokenizerJson['model']): (word: string) => string {
  const drops = type === 'BPE' && typeof unk_token !== 'string' && byte_fallback !== true
  if (!drops || typeof vocab !== 'object' || vocab === null) return (word) => word
  return (word) => {
    const characters = [...word]
    const known = characters.filter((character) => Object.hasOwn(vocab, character))
    return known.length === characters.length ? word : known.join('')
  }
}
