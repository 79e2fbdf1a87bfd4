// The stage between reading and writing: what the decoder says of every feature without any text.
import {
  directLogits,
  type Extremes,
  nearestFeatures,
  type OutputScale,
  type RowHistograms,
} from '@mistudio/interp/features'
import type { Runtime } from '@mistudio/onnx'
import { checkControl } from '../runner/interruption.js'
import { StageProgress } from '../runner/progress.js'
import type { OpenedParts } from './open.js'
import type { ReadingJob } from './reading.js'

export interface DecoderFindings {
  readonly positive: Extremes | null
  readonly negative: Extremes | null
  /** Effects on all tokens of the vocabulary. */
  readonly histograms: RowHistograms | null
  readonly neighbours: Extremes
}

/** Sites whose values are added to, or are, the residual stream that the unembedding reads. */
const RESIDUAL = /(^|\.)hook_(embed|resid_pre|resid_mid|resid_post|attn_out|mlp_out)$/
export const reachesOutput = (site: string): boolean => RESIDUAL.test(site)

/** Nearest features; and direct logits where the site's directions live in the residual stream (none elsewhere). */
export async function describeDecoder(
  job: ReadingJob & { readonly threads: number },
  runtime: Runtime,
  { sae, model, site }: Pick<OpenedParts, 'sae' | 'model' | 'site'>,
  { outputScale, ...counts }: { neighbours: number; topLogits: number; outputScale: OutputScale | null },
): Promise<DecoderFindings> {
  const progress = new StageProgress('comparing', 'features')
  const total = (reachesOutput(site) ? 2 : 1) * sae.dSae
  const report = (before: number) => (features: number) => {
    checkControl(job.control())
    job.progress(progress.at(before + features, total, performance.now()))
  }
  report(0)(0)
  const decoder = { wDec: sae.decoderRows, dSae: sae.dSae, dIn: sae.dIn }
  const neighbours = await nearestFeatures(runtime, decoder, counts.neighbours, {
    threads: job.threads,
    onBlock: report(0),
  })
  if (!reachesOutput(site)) return { neighbours, positive: null, negative: null, histograms: null }
  const unembedding = await model.unembed({ foldFinalNorm: true })
  return {
    neighbours,
    ...(await directLogits(
      runtime,
      decoder,
      unembedding,
      { count: counts.topLogits, scale: outputScale?.mean ?? 1 },
      {
        threads: job.threads,
        onBlock: report(sae.dSae),
      },
    )),
  }
}
