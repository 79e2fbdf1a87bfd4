// feature.probe: own text through model and SAE; one feature on every token, and the strongest features of every token.
import { AppError, FeatureProbeParamsSchema, type ProbeResult } from '@mistudio/contracts'
import { activationsOf, strongestPerToken } from '@mistudio/interp/features'
import { findSite, siteWidth } from '@mistudio/interp/models'
import type { z } from 'zod'
import { withModelErrors } from '../models/errors.js'
import { modelStore } from '../models/model-store.js'
import { type JobContext, pipeline } from '../runner/context.js'
import { saeFolder, saeStore, withSaeErrors } from './sae-store.js'

type ProbeParams = z.infer<typeof FeatureProbeParamsSchema>

/** Strongest features shown per token. */
const TOP_FEATURES = 10

export const probePipeline = pipeline('feature.probe', {
  run: (context) =>
    withModelErrors(() => withSaeErrors(async () => ({ state: 'completed', result: await probe(context) }))),
})

async function probe({ job, dataDir, threads }: JobContext<ProbeParams>): Promise<ProbeResult> {
  const { modelPath, precision, saeId, site, feature, text } = job.params
  const { model, tokenizer } = await modelStore.open(modelPath, threads, precision)
  const sae = await saeStore.open(saeFolder(dataDir, saeId), threads)
  if (feature < 0 || feature >= sae.dSae) {
    throw new AppError('bad_request', `Feature ${feature} does not exist; the SAE has features 0 to ${sae.dSae - 1}.`)
  }
  const width = siteWidth(findSite(model.sites, site))
  if (width !== sae.dIn) {
    throw new AppError('sae_invalid', `The SAE takes ${sae.dIn} values, the model has ${width} at ${site}.`)
  }
  const ids = Int32Array.from(withBos(tokenizer.bosTokenId, tokenizer.encode(text)))
  if (ids.length > model.contextLimit) {
    throw new AppError(
      'prompt_invalid',
      `The text has ${ids.length} tokens, the model takes ${model.contextLimit}. Shorten it.`,
    )
  }
  const x = await model.capture({ tokens: ids, batch: 1, seq: ids.length }, site)
  const { values, indices, k } = await sae.encode(x, ids.length, { seq: ids.length })
  const activations = activationsOf(feature, values, indices, ids.length, k)
  return {
    tokens: tokenizer.spans(ids),
    activations: Array.from(activations),
    max: activations.reduce((a, b) => Math.max(a, b), 0),
    topFeatures: strongestPerToken(values, indices, ids.length, k, TOP_FEATURES),
  }
}

/** Texts begin with the BOS token, as the documents an SAE is trained on do. */
const withBos = (bos: number | null, ids: readonly number[]): readonly number[] => (bos === null ? ids : [bos, ...ids])
