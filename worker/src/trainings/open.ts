// Opens what a training works on, and refuses what does not belong together.
import { join } from 'node:path'
import { AppError, inputSitesOf, outputSitesOf, type StoredSide, type TrainingParams } from '@mistudio/contracts'
import { FormatError, TokenReader } from '@mistudio/formats'
import { findSite, type Precision, type RunnableModel, siteWidth } from '@mistudio/interp/models'
import { withModelErrors } from '../models/errors.js'
import type { MemorySubject } from '../models/memory.js'
import { modelStore } from '../models/model-store.js'
import { contextsPerPass } from '../models/passes.js'
import { memberSites, widthOf } from './members/member-sites.js'
import type { Widths } from './settings.js'
import { CaptureSource, type OpenCapture, openCapture } from './stream/capture-source.js'
import { type ActivationSource, Harvester } from './stream/harvest.js'

export interface TrainingParts {
  readonly model: RunnableModel
  /** What the memory of a pass is estimated from. */
  readonly folder: MemorySubject
  readonly tokens: TokenReader
  /** What activations are read from; null: the model. */
  readonly capture: OpenCapture | null
  /** Width of every site that is read or reconstructed. */
  readonly widths: ReadonlyMap<string, number>
  /** Tokens that are not trained on, by id and position in the context. */
  readonly excluded: (token: number, position: number) => boolean
  /** Tokens that figures are taken over: all but BOS and those that are not trained on. */
  readonly counted: (token: number, position: number) => boolean
}

export interface TrainingRequest {
  readonly modelPath: string
  readonly precision: Precision
  readonly tokenizationId: string
  readonly capture: StoredSide | null
}

/**
 * Opens model, text and, where there is one, the capture for trainings on one stream. Close `tokens` when done; the model stays in its store.
 * @throws AppError `site_unknown`, `tokenization_mismatch`, `file_invalid`, or what opening a model throws.
 */
export async function openTrainingParts(
  dataDir: string,
  request: TrainingRequest,
  params: readonly [TrainingParams, ...TrainingParams[]],
  threads: number,
): Promise<TrainingParts> {
  const { model, folder } = await modelStore.open(request.modelPath, threads, request.precision)
  const sites = new Set(params.flatMap((one) => [...inputSitesOf(one), ...outputSitesOf(one)]))
  const widths = await withModelErrors(
    async () => new Map([...sites].map((site) => [site, siteWidth(findSite(model.sites, site))])),
  )
  const tokens = await openTokens(join(dataDir, 'tokenizations', request.tokenizationId))
  try {
    checkFit(tokens, model)
    const { capture: stored, tokenizationId } = request
    const capture = stored && (await openCapture(dataDir, stored, tokenizationId, widths))
    const excluded = exclusion(params[0], tokens.bosTokenId)
    const counted = (token: number, position: number) => token !== tokens.bosTokenId && !excluded(token, position)
    return { model, folder, tokens, capture, widths, excluded, counted }
  } catch (error) {
    await tokens.close()
    throw error
  }
}

/** The stream's source. `check` is called between its parts; it throws to end the reading. */
export const sourceOf = ({ model, tokens, capture, widths }: TrainingParts, check: () => void): ActivationSource =>
  capture ? new CaptureSource(capture, widths, check) : new Harvester(model, tokens, widths, check)

/** Widths of a training's sites. */
export function widthsOf({ widths }: TrainingParts, params: TrainingParams): Widths {
  const { inputs, outputs } = memberSites(params, widths)
  return { sites: inputs.map(({ width }) => width), dIn: widthOf(inputs), dOut: widthOf(outputs) }
}

/** Bytes of a context at all sites, and contexts of a forward pass: what the size of the buffer is made of. */
export function blockUnits({ tokens, widths }: TrainingParts): {
  readonly perContext: number
  readonly perPass: number
} {
  const width = [...widths.values()].reduce((sum, one) => sum + one, 0)
  return { perContext: tokens.contextSize * width * 4, perPass: contextsPerPass(tokens.contextSize) }
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
