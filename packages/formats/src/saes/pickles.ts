// SAE folders whose weights are pickles: refused, each with what to do about it.
import { join } from 'node:path'
import { FormatError } from '../errors.js'

const DICTIONARY_LEARNING_WEIGHTS = 'ae.pt'
const isPickle = (name: string): boolean => /\.(?:pt|pth|pkl|bin)$/.test(name)

const CONVERT =
  'Convert it once where you trust its source: load it in Python with SAELens (or the project it comes from), save it with save_inference_model(folder), and open that folder: cfg.json with sae_weights.safetensors.'

/** The refusal of a folder that holds a pickle; null when it holds none. */
export function saePickleRefusal(folder: string, names: readonly string[]): FormatError | null {
  const pickle = names.includes(DICTIONARY_LEARNING_WEIGHTS) ? DICTIONARY_LEARNING_WEIGHTS : names.find(isPickle)
  if (pickle === undefined) return null
  const what =
    pickle === DICTIONARY_LEARNING_WEIGHTS
      ? 'This is an SAE of dictionary_learning, stored as a pickle'
      : 'The weights are a pickle, as OpenAI and others store SAEs'
  return new FormatError(
    'pickle_refused',
    `${what}. Pickles can run any code when they are loaded, so none is opened`,
    {
      file: join(folder, pickle),
      hint: CONVERT,
    },
  )
}
