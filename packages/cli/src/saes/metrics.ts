// Checks of the metrics case: every figure of SAELens's evals and of its trainer's log.
import { basename, join } from 'node:path'
import {
  type Downstream,
  denseCode,
  densityHistogram,
  downstream,
  featureFirings,
  featureWeights,
  type Quality,
  reconstructionQuality,
  Sae,
} from '@mistudio/interp/saes'
import { createOrtRuntime } from '@mistudio/onnx/ort'
import { z } from 'zod'
import type { Check } from '../checks.js'
import { Checks } from './compare.js'
import { floatTensors, openTensors, readJson } from './files.js'

/** Relative; the reference figures are float32. */
const METRIC = 1e-5
const FORWARD = 2e-5

const SetSchema = z.looseObject({
  downstream: z.record(z.string(), z.number()),
  quality: z.record(z.string(), z.number()),
  fvu: z.number(),
})
const GoldenSchema = z.looseObject({
  ignore_tokens: z.array(z.int()),
  all_tokens: SetSchema,
  ignoring: SetSchema,
  density_histogram: z.looseObject({ counts: z.array(z.int()), edges: z.array(z.number()) }),
  trainer_log: z.record(z.string(), z.number()),
})

const QUALITY: Readonly<Record<string, keyof Quality>> = {
  l2_norm_in: 'l2NormIn',
  l2_norm_out: 'l2NormOut',
  l2_ratio: 'l2Ratio',
  relative_reconstruction_bias: 'relativeReconstructionBias',
  l0: 'l0',
  l1: 'l1',
  explained_variance_legacy: 'explainedVarianceLegacy',
  mse: 'mse',
  cossim: 'cossim',
  explained_variance: 'explainedVariance',
}
const DOWNSTREAM: Readonly<Record<string, keyof Downstream>> = {
  kl_div_with_sae: 'klWithSae',
  kl_div_with_ablation: 'klWithAblation',
  ce_loss_with_sae: 'ceWithSae',
  ce_loss_without_sae: 'ceWithoutSae',
  ce_loss_with_ablation: 'ceWithAblation',
  kl_div_score: 'klScore',
  ce_loss_score: 'ceScore',
}
const TRAINER_LOG: Readonly<Record<string, keyof Quality>> = {
  'losses/overall_loss': 'mse',
  'losses/mse_loss': 'mse',
  'metrics/explained_variance_legacy': 'explainedVarianceLegacy',
  'metrics/explained_variance_legacy_std': 'explainedVarianceLegacyStd',
  'metrics/explained_variance': 'explainedVariance',
  'metrics/l0': 'l0',
}

/** Checks of `metrics`. */
export async function* verifyMetrics(folder: string): AsyncGenerator<Check> {
  const checks = new Checks(basename(folder))
  const golden = await readJson(join(folder, 'golden.json'), GoldenSchema)
  const file = await openTensors(folder, 'golden.safetensors')
  const t = await floatTensors(file)
  const [batches, prompts, context, d] = file.info('x').shape as [number, number, number, number]
  const dSae = file.info('feature_acts').shape.at(-1)!
  const sizes = { batches, tokens: prompts * context, context, d, dSae }
  yield* saeAgrees(checks, folder, t, batches * prompts * context)
  for (const set of ['all_tokens', 'ignoring'] as const) {
    const kept = (token: number) => set === 'all_tokens' || !golden.ignore_tokens.includes(token)
    yield* setAgrees(checks, set, golden[set], t, sizes, kept)
  }
  const histogram = densityHistogram(t['all_tokens.feature_density']!)
  yield checks.equal('density histogram counts', histogram.counts, golden.density_histogram.counts)
  yield checks.absolute('density histogram edges', histogram.edges, golden.density_histogram.edges, 1e-5)
  const whole = { tokens: sizes.batches * sizes.tokens, x: t['x']!, y: t['sae_out']!, acts: t['feature_acts']! }
  yield* figuresAgree(checks, 'trainer log', reconstructionQuality([whole]), golden.trainer_log, TRAINER_LOG)
}

interface Sizes {
  readonly batches: number
  /** Of one batch. */
  readonly tokens: number
  readonly context: number
  readonly d: number
  readonly dSae: number
}

function* setAgrees(
  checks: Checks,
  set: string,
  golden: z.infer<typeof SetSchema>,
  t: Record<string, Float32Array>,
  sizes: Sizes,
  kept: (token: number) => boolean,
): Generator<Check> {
  const tokens = t['tokens']!
  const quality = reconstructionQuality(
    Array.from({ length: sizes.batches }, (_, batch) => {
      const rows = Array.from({ length: sizes.tokens }, (_, n) => batch * sizes.tokens + n).filter((row) =>
        kept(tokens[row]!),
      )
      const pick = (values: Float32Array, width: number) =>
        Float32Array.from(
          { length: rows.length * width },
          (_, at) => values[rows[Math.floor(at / width)]! * width + (at % width)]!,
        )
      return {
        tokens: rows.length,
        x: pick(t['x']!, sizes.d),
        y: pick(t['sae_out']!, sizes.d),
        acts: pick(t['feature_acts']!, sizes.dSae),
      }
    }),
  )
  yield* figuresAgree(checks, set, quality, { ...golden.quality }, QUALITY)
  yield checks.relative(`${set} fvu`, [quality.fvu], [golden.fvu], METRIC)
  const run = (name: string) => t[`${set}.logits.${name}`]!
  const logits = { original: run('original'), sae: run('sae'), ablation: run('ablation') }
  const vocab = logits.original.length / tokens.length
  const lost = downstream({ tokens, context: sizes.context, vocab, ...logits }, kept)
  yield* figuresAgree(checks, set, lost, golden.downstream, DOWNSTREAM)
  const firings = featureFirings(t['feature_acts']!, sizes.dSae, sizes.context, (at) => kept(tokens[at]!))
  yield checks.relative(`${set} feature_density`, firings.density, t[`${set}.feature_density`]!, METRIC)
  const consistent = t[`${set}.consistent_activation_heuristic`]!
  yield checks.absolute(`${set} consistent_activation_heuristic`, firings.consistentActivation, consistent, METRIC)
}

function* figuresAgree<T extends object>(
  checks: Checks,
  set: string,
  ours: T,
  wanted: Readonly<Record<string, number>>,
  names: Readonly<Record<string, keyof T>>,
): Generator<Check> {
  for (const [name, value] of Object.entries(wanted)) {
    const own = names[name] === undefined ? Number.NaN : ours[names[name]]
    // KL divergences near 0 carry the float32 noise of both logits.
    const tolerance = name.startsWith('kl_') ? 1e-4 : METRIC
    yield checks.relative(`${set} ${name}`, [Number(own)], [value], tolerance)
  }
}

/** The SAE of the case gives the reconstructions, and its weights their figures. */
async function* saeAgrees(
  checks: Checks,
  folder: string,
  t: Record<string, Float32Array>,
  tokens: number,
): AsyncGenerator<Check> {
  const cfg = await readJson(join(folder, 'sae', 'cfg.json'), z.looseObject({}))
  const weights = await openTensors(folder, 'sae', 'sae_weights.safetensors')
  const sae = await Sae.load(cfg, weights, createOrtRuntime({ threads: 1 }), { threads: 1 })
  const code = await sae.encode(t['x']!, tokens, { seq: tokens })
  yield checks.relative('feature_acts', denseCode(code, sae.dSae), t['feature_acts']!, FORWARD)
  yield checks.relative('sae_out', sae.reconstruct(t['x']!, code), t['sae_out']!, FORWARD)
  await sae.release()
  if (!t['weights.encoder_norm']) return
  const found = featureWeights(await weights.float32('W_enc'), await weights.float32('W_dec'), sae.dSae)
  yield checks.relative('weights.encoder_norm', found.encoderNorm, t['weights.encoder_norm'], METRIC)
  const cosine = t['weights.encoder_decoder_cosine_sim']!
  yield checks.relative('weights.encoder_decoder_cosine_sim', found.encoderDecoderCosine, cosine, METRIC)
  yield checks.relative('weights.encoder_bias', await weights.float32('b_enc'), t['weights.encoder_bias']!, METRIC)
}
