// Opens what an extraction works on, and refuses what does not belong together. Reads the database and files; computes
// nothing.
import { AppError, type ExtractionRunParams } from '@mistudio/contracts'
import { TokenReader } from '@mistudio/formats'
import { findSite, type RunnableModel, siteWidth } from '@mistudio/interp/models'
import { type Sae } from '@mistudio/interp/saes'
import type { Pool } from 'pg'
import { requireExtractable, saeFolder, saeStore } from '../features/index.js'
import { folderOf, withFileErrors } from '../files/index.js'
import { modelStore, type OpenModel } from '../models/model-store.js'
import type { ContextSource } from './pass.js'
import { type ExtractionParts, extractionParts } from './rows.js'

/** @throws AppError `not_found` when the SAE or the tokenization was deleted meanwhile. */
async function requireParts(db: Pool, { saeId, tokenizationId }: ExtractionRunParams): Promise<ExtractionParts> {
  const parts = await extractionParts(db, saeId, tokenizationId)
  if (parts) return parts
  throw new AppError(
    'not_found',
    'The SAE or the tokenization of this extraction is gone or not ready. Start a new extraction.',
  )
}

/**
 * @throws AppError `tokenization_mismatch` when the tokens are another model's or longer than the SAE was trained on,
 * `site_unknown` (from the model) or `sae_invalid` when model and SAE do not fit.
 */
function checkFit(rows: ExtractionParts, model: RunnableModel): void {
  if (rows.saeModelId && rows.saeModelId !== rows.tokenizationModelId) {
    throw new AppError(
      'tokenization_mismatch',
      'The tokenization was made for another model than the SAE. Tokenize the dataset for the SAE\u2019s model.',
    )
  }
  if (rows.contextSize > rows.saeContextSize || rows.contextSize > model.contextLimit) {
    const most = Math.min(rows.saeContextSize, model.contextLimit)
    throw new AppError(
      'tokenization_mismatch',
      `The tokenization has contexts of ${rows.contextSize} tokens; SAE and model take at most ${most}. Tokenize with a context size of ${most} or less.`,
    )
  }
  const width = siteWidth(findSite(model.sites, rows.site))
  if (width !== rows.dIn) {
    throw new AppError(
      'sae_invalid',
      `The SAE takes ${rows.dIn} values, the model has ${width} at ${rows.site}. They do not belong together.`,
    )
  }
}

export interface OpenedParts extends OpenModel {
  readonly sae: Sae
  readonly tokens: TokenReader
  readonly site: string
}

/**
 * Opens model, SAE and tokens and checks that they belong together. Close `tokens` when done; the rest stays in its
 * store.
 */
export async function openParts(
  db: Pool,
  dataDir: string,
  params: ExtractionRunParams,
  threads: number,
): Promise<OpenedParts> {
  const rows = await requireParts(db, params)
  const opened = await modelStore.open(params.modelPath, threads, params.precision)
  const sae = await saeStore.open(saeFolder(dataDir, params.saeId), threads)
  requireExtractable(sae)
  checkFit(rows, opened.model)
  if (sae.dIn !== rows.dIn || sae.dSae !== rows.dSae) {
    throw new AppError(
      'sae_invalid',
      `The SAE's files hold ${sae.dIn} × ${sae.dSae}, expected were ${rows.dIn} × ${rows.dSae}.`,
    )
  }
  const tokens = await openTokens(folderOf(dataDir, 'tokenizations', params.tokenizationId), rows, opened.model)
  return { ...opened, sae, tokens, site: rows.site }
}

async function openTokens(folder: string, rows: ExtractionParts, model: RunnableModel): Promise<TokenReader> {
  const tokens = await withFileErrors(() => TokenReader.open(folder))
  if (tokens.contextSize !== rows.contextSize || tokens.vocabSize > model.spec.vocabSize || tokens.contexts === 0) {
    throw new AppError(
      'tokenization_mismatch',
      `The stored tokens (${tokens.contexts} contexts of ${tokens.contextSize}, vocabulary ${tokens.vocabSize}) do not fit the model. Tokenize the dataset again.`,
    )
  }
  return tokens
}

/** The token store as the pass reads it: random access, one context at a time. */
export const contextSource = (tokens: TokenReader): ContextSource => ({
  contextSize: tokens.contextSize,
  trainContexts: tokens.trainContexts,
  heldOutContexts: tokens.heldOutContexts,
  tokens: (context) => tokens.read(context, 1),
  documentStarts: (context) => tokens.documentStarts(context),
})
