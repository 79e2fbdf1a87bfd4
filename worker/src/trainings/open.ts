// Opens what a training works on, and refuses what does not belong together.
import { join } from 'node:path'
import { AppError, type TrainingParams } from '@mistudio/contracts'
import { FormatError, TokenReader } from '@mistudio/formats'
import { findSite, type LanguageModel, type Precision, siteWidth } from '@mistudio/interp'
import { withModelErrors } from '../models/errors.js'
import { modelStore } from '../models/model-store.js'

export interface TrainingParts {
  readonly model: LanguageModel
  readonly tokens: TokenReader
  readonly dIn: number
  /** Tokens that are not trained on. */
  readonly excluded: (token: number) => boolean
}

/**
 * Close `tokens` when done; the model stays in its store.
 * @throws AppError `site_unknown`, `tokenization_mismatch`, `file_invalid`, or what opening a model throws.
 */
export async function openTrainingParts(
  dataDir: string,
  request: { modelPath: string; precision: Precision; tokenizationId: string; params: TrainingParams },
  threads: number,
): Promise<TrainingParts> {
  const { model } = await modelStore.open(request.modelPath, threads, request.precision)
  const dIn = await withModelErrors(async () => siteWidth(findSite(model.sites, request.params.site)))
  const tokens = await openTokens(join(dataDir, 'tokenizations', request.tokenizationId))
  try {
    checkFit(tokens, model)
  } catch (error) {
    tokens.close()
    throw error
  }
  const bos = request.params.excludeBos ? tokens.bosTokenId : null
  return { model, tokens, dIn, excluded: (token) => token === bos }
}

async function openTokens(folder: string): Promise<TokenReader> {
  try {
    return await TokenReader.open(folder)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    const message = `The stored tokens cannot be read: ${error.message}`
    throw new AppError('file_invalid', message, { file: folder }, { cause: error })
  }
}

/** @throws AppError `tokenization_mismatch`. */
function checkFit(tokens: TokenReader, model: LanguageModel): void {
  const refuse = (what: string): never => {
    throw new AppError('tokenization_mismatch', `${what} Tokenize the dataset for this model.`)
  }
  if (tokens.vocabSize > model.spec.vocabSize) {
    refuse(`The tokens come from a vocabulary of ${tokens.vocabSize}, the model has ${model.spec.vocabSize}.`)
  }
  if (tokens.contextSize > model.contextLimit) {
    refuse(`The contexts have ${tokens.contextSize} tokens, the model takes ${model.contextLimit}.`)
  }
  if (tokens.trainContexts === 0) refuse('The tokenization has no training contexts.')
  if (tokens.heldOutContexts === 0) refuse('The tokenization has no held-out contexts.')
  if (tokens.contextSize < 2) refuse('Contexts of one token have no next token to predict.')
}
