// Ids of a tokenizer.json before the library sees them: it builds a list as long as the largest, so a hostile id would exhaust the machine.
import { AppError } from '@mistudio/contracts'
import type { TokenizerJson } from './tokenizer-files.js'

/** Largest id + 1 accepted; the largest vocabularies in use have some 260,000 tokens. */
export const MAX_VOCABULARY = 4_000_000

/** @throws AppError `tokenizer_invalid` when an id is no whole number from 0 to the limit, or the vocabulary is no vocabulary. */
export function requireSaneIds(json: TokenizerJson, folder: string): void {
  for (const { id, content } of json.added_tokens) requireId(id, content, folder)
  const vocabulary: unknown = json.model['vocab']
  if (Array.isArray(vocabulary)) requireScores(vocabulary, folder)
  else if (typeof vocabulary === 'object' && vocabulary !== null) requireIds(vocabulary, folder)
  else throw refused('its model has no vocabulary (model.vocab)', folder)
}

function requireIds(vocabulary: object, folder: string): void {
  for (const [token, id] of Object.entries(vocabulary)) requireId(id, token, folder)
}

/** Unigram: a list of [token, score]; the id is the place in the list. */
function requireScores(vocabulary: readonly unknown[], folder: string): void {
  if (vocabulary.length > MAX_VOCABULARY) throw refused(`it has ${vocabulary.length} tokens`, folder)
  const bad = vocabulary.findIndex(
    (entry) => !(Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'number'),
  )
  if (bad >= 0) throw refused(`entry ${bad} of its vocabulary is not a token with its score`, folder)
}

function requireId(id: unknown, token: string, folder: string): void {
  if (Number.isInteger(id) && Number(id) >= 0 && Number(id) < MAX_VOCABULARY) return
  throw refused(
    `the token "${token.slice(0, 60)}" has ${typeof id === 'number' ? `the id ${id}` : 'an id that is no number'}`,
    folder,
  )
}

const refused = (what: string, folder: string): AppError =>
  new AppError(
    'tokenizer_invalid',
    `tokenizer.json cannot be used: ${what} (${folder}). Ids must be whole numbers from 0 to ${MAX_VOCABULARY - 1}; save the tokenizer again.`,
  )
