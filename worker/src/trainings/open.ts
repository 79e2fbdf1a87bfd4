// Opens what a training works on, and refuses what does not belong together.
import { join } from 'node:path'
import { AppError, outputSiteOf, type TrainingParams } from '@mistudio/contracts'
import { FormatError, TokenReader } from '@mistudio/formats'
import { findSite, type Precision, type RunnableModel, siteWidth } from '@mistudio/interp'
import { withModelErrors } from '../models/errors.js'
import type { MemorySubject } from '../models/memory.js'
import { modelStore } from '../models/model-store.js'
import type { Widths } from './settings.js'

export interface TrainingParts {
  readonly model: RunnableModel
  /** What the memory of a pass is estimated from. */
  readonly folder: MemorySubject
  readonly tokens: TokenReader
  /** Width of every site that is read or reconstructed. */
  readonly widths: ReadonlyMap<string, number>
  /** Tokens that are not trained on, by id and position in the context. */
  readonly excluded: (token: number, position: number) => boolean
}

/**
 * Opens model and text for trainings on one stream. Close `tokens` when done; the model stays in its store.
 * @throws AppError `site_unknown`, `tokenization_mismatch`, `file_invalid`, or what opening a model throws.
 */
export async function openTrainingParts(
  dataDir: string,
  request: { modelPath: string; precision: Precision; tokenizationId: string },
  params: readonly [TrainingParams, ...TrainingParams[]],
  threads: number,
): Promise<TrainingParts> {
  const { model, folder } = await modelStore.open(request.modelPath, threads, request.precision)
  const sites = new Set(params.flatMap((one) => [one.site, outputSiteOf(one)]))
  const widths = await withModelErrors(
    async () => new Map([...sites].map((site) => [site, siteWidth(findSite(model.sites, site))])),
  )
  const tokens = await openTokens(join(dataDir, 'tokenizations', request.tokenizationId))
  try {
    checkFit(tokens, model)
  } catch (error) {
    tokens.close()
    throw error
  }
  return { model, folder, tokens, widths, excluded: exclusion(params[0], tokens.bosTokenId) }
}

/** Widths of a training's sites. */
export function widthsOf({ widths }: TrainingParts, params: TrainingParams): Widths {
  const [dIn, dOut] = [widths.get(params.site), widths.get(outputSiteOf(params))]
  if (dIn === undefined || dOut === undefined) throw new Error(`The sites of ${params.site} were not opened.`)
  return { dIn, dOut }
}

function exclusion(
  { excludeBos, excludeTokens, skipPositions }: TrainingParams,
  bos: number | null,
): TrainingParts['excluded'] {
  const ids = new Set([...excludeTokens, ...(excludeBos && bos !== null ? [bos] : [])])
  return (token, position) => position < skipPositions || ids.has(token)
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
function checkFit(tokens: TokenReader, model: RunnableModel): void {
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
