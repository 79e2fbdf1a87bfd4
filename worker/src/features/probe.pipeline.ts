// feature.probe: own text, or more of the text around an example, through model and SAE; one feature on every token, and the strongest features of every token.
import { AppError, FeatureProbeParamsSchema, type ProbeResult } from '@mistudio/contracts'
import { TokenReader } from '@mistudio/formats'
import { activationsOf, strongestPerToken } from '@mistudio/interp/features'
import { findSite, siteWidth } from '@mistudio/interp/models'
import type { z } from 'zod'
import { folderOf, withFileErrors } from '../files/index.js'
import { withModelErrors } from '../models/errors.js'
import { modelStore } from '../models/model-store.js'
import { type JobContext, pipeline } from '../runner/context.js'
import type { Tokenizer } from '../tokenizer/index.js'
import { readingOf } from './place.js'
import { saeFolder, saeStore, withSaeErrors } from './sae-store.js'

type ProbeParams = z.infer<typeof FeatureProbeParamsSchema>

/** Strongest features shown per token. */
const TOP_FEATURES = 10

export const probePipeline = pipeline('feature.probe', {
  run: (context) =>
    withModelErrors(() => withSaeErrors(async () => ({ state: 'completed', result: await probe(context) }))),
})

async function probe(context: JobContext<ProbeParams>): Promise<ProbeResult> {
  const { modelPath, precision, saeId, site, feature } = context.job.params
  const { model, tokenizer } = await modelStore.open(modelPath, context.threads, precision)
  const sae = await saeStore.open(saeFolder(context.dataDir, saeId), context.threads)
  if (feature < 0 || feature >= sae.dSae) {
    throw new AppError('bad_request', `Feature ${feature} does not exist; the SAE has features 0 to ${sae.dSae - 1}.`)
  }
  const width = siteWidth(findSite(model.sites, site))
  if (width !== sae.dIn) {
    throw new AppError('sae_invalid', `The SAE takes ${sae.dIn} values, the model has ${width} at ${site}.`)
  }
  const read = await textOf(context, tokenizer, model.contextLimit)
  const { ids, batch, start, end } = read
  const seq = ids.length / batch
  const x = await model.capture({ tokens: ids, batch, seq }, site)
  const { values, indices, k } = await sae.encode(x, ids.length, { seq })
  const shown = (at: number) => ids[at] !== read.leftOut
  const activations = activationsOf(feature, values, indices, ids.length, k).map((value, at) => (shown(at) ? value : 0))
  const top = strongestPerToken(values, indices, ids.length, k, TOP_FEATURES)
  const own = Array.from(activations.subarray(start, end))
  return {
    tokens: tokenizer.spans(ids).slice(start, end),
    activations: own,
    max: own.reduce((a, b) => Math.max(a, b), 0),
    topFeatures: top.slice(start, end).map((features, at) => (shown(start + at) ? features : [])),
    position: read.position === null ? null : read.position - start,
    goesOn: read.goesOn,
  }
}

/** Token ids to read, [batch · seq], and which of them are the text. */
interface ProbedText {
  readonly ids: Int32Array
  readonly batch: number
  readonly start: number
  readonly end: number
  readonly position: number | null
  readonly goesOn: ProbeResult['goesOn']
  /** Token whose activations are no part of the text; null for none. */
  readonly leftOut: number | null
}

async function textOf(
  { job, dataDir }: JobContext<ProbeParams>,
  tokenizer: Tokenizer,
  contextLimit: number,
): Promise<ProbedText> {
  const { source } = job.params
  if ('text' in source) {
    const ids = Int32Array.from(withBos(tokenizer.bosTokenId, tokenizer.encode(source.text)))
    if (ids.length > contextLimit) {
      throw new AppError(
        'prompt_invalid',
        `The text has ${ids.length} tokens, the model takes ${contextLimit}. Shorten it.`,
      )
    }
    const goesOn = { before: false, after: false }
    return { ids, batch: 1, start: 0, end: ids.length, position: null, goesOn, leftOut: null }
  }
  const tokens = await withFileErrors(() => TokenReader.open(folderOf(dataDir, 'tokenizations', source.tokenizationId)))
  try {
    const { first, count, ...reading } = readingOf(tokens, source)
    const leftOut = source.excludeBos ? tokens.bosTokenId : null
    return { ids: tokens.read(first, count), batch: count, ...reading, leftOut }
  } catch (error) {
    if (error instanceof RangeError)
      throw new AppError('bad_request', `The text that was read has no ${error.message}.`)
    throw error
  } finally {
    await tokens.close()
  }
}

/** Texts begin with the BOS token, as the documents an SAE is trained on do. */
const withBos = (bos: number | null, ids: readonly number[]): readonly number[] => (bos === null ? ids : [bos, ...ids])
