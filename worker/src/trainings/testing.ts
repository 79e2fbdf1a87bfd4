// Golden SAELens trainings and comparisons, for the tests of this room only.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { SafetensorsFile } from '@mistudio/formats'
import { parseTopkTrainingConfig, type TopkTrainingConfig, type TrainState } from '@mistudio/interp'
import { z } from 'zod'

const fixture = (path: string): string => fileURLToPath(new URL(`../../../fixtures/saes/${path}`, import.meta.url))

/** Rows and columns exchanged: [rows, columns] to [columns, rows]. */
export function transposed(values: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const out = new Float64Array(rows * columns)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]!
  return out
}

export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length === b.length
    ? Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0)
    : Number.POSITIVE_INFINITY

export const relativeDistance = (a: number, b: number): number => Math.abs(a - b) / Math.max(Math.abs(b), 1e-12)

/** Weights of a TopK SAE in SAELens's orientation: W_enc [d_in, d_sae], W_dec [d_sae, d_in], b_enc [d_sae], b_dec [d_in]. */
export type TopkParameters = Record<'W_enc' | 'W_dec' | 'b_enc' | 'b_dec', Float64Array>

/** Parameters of a state in SAELens's orientation. */
export function toSaeLens(state: TrainState, { dIn, dSae }: TopkTrainingConfig): TopkParameters {
  return {
    W_enc: transposed(state.wEnc, dSae, dIn),
    W_dec: Float64Array.from(state.wDec),
    b_enc: Float64Array.from(state.bEnc),
    b_dec: Float64Array.from(state.bDec),
  }
}

/** A state at step 0 with given parameters. */
export function fromSaeLens(
  p: TopkParameters,
  sinceFired: ArrayLike<number>,
  { dIn, dSae }: TopkTrainingConfig,
): TrainState {
  const matrix = () => new Float32Array(dIn * dSae)
  return {
    t: 0,
    wEnc: Float32Array.from(transposed(p.W_enc, dIn, dSae)),
    wEncM: matrix(),
    wEncV: matrix(),
    wDec: Float32Array.from(p.W_dec),
    wDecM: matrix(),
    wDecV: matrix(),
    bEnc: Float32Array.from(p.b_enc),
    bEncM: new Float32Array(dSae),
    bEncV: new Float32Array(dSae),
    bDec: Float32Array.from(p.b_dec),
    bDecM: new Float32Array(dIn),
    bDecV: new Float32Array(dIn),
    sinceFired: Int32Array.from(sinceFired),
  }
}

const GoldenSchema = z.object({
  trainer: z.object({ train_batch_size_samples: z.int(), dead_feature_window: z.int() }),
  series: z.record(z.string(), z.array(z.number())),
  tolerances: z.object({ after10: z.string() }),
})
const CfgSchema = z.object({
  d_in: z.int(),
  d_sae: z.int(),
  k: z.int(),
  apply_b_dec_to_input: z.boolean(),
  rescale_acts_by_decoder_norm: z.boolean(),
  aux_loss_coefficient: z.number(),
})

/** One case of `fixtures/saes/train`. */
export async function goldenTraining(name: string) {
  const json = async (file: string): Promise<unknown> =>
    JSON.parse(await readFile(fixture(`train/${name}/${file}`), 'utf8'))
  const golden = GoldenSchema.parse(await json('golden.json'))
  const cfg = CfgSchema.parse(await json('cfg.json'))
  const tensors = await SafetensorsFile.open(fixture(`train/${name}/golden.safetensors`))
  const params = await SafetensorsFile.open(fixture(`train/${name}/params.safetensors`))
  const config = parseTopkTrainingConfig({
    dIn: cfg.d_in,
    dSae: cfg.d_sae,
    k: cfg.k,
    auxCoefficient: cfg.aux_loss_coefficient,
    deadWindow: golden.trainer.dead_feature_window,
    applyBDecToInput: cfg.apply_b_dec_to_input,
    rescaleByDecoderNorm: cfg.rescale_acts_by_decoder_norm,
    clipGradNorm: 1,
    adamBeta1: 0.9,
    adamBeta2: 0.999,
  })
  const numbers = (name: string) => tensors.float64(name)
  const group = async (file: SafetensorsFile, prefix: string): Promise<TopkParameters> => ({
    W_enc: await file.float64(`${prefix}W_enc`),
    W_dec: await file.float64(`${prefix}W_dec`),
    b_enc: await file.float64(`${prefix}b_enc`),
    b_dec: await file.float64(`${prefix}b_dec`),
  })
  const x = Float32Array.from(await numbers('x'))
  const batch = golden.trainer.train_batch_size_samples
  const series = (key: string) => golden.series[key] ?? []
  return {
    config,
    batch,
    params: await group(params, ''),
    x: (n: number) => x.subarray(n * batch * config.dIn, (n + 1) * batch * config.dIn),
    dead: await numbers('dead_neuron_mask'),
    sinceFired: await numbers('n_forward_passes_since_fired.initial'),
    sinceFiredAfter10: await numbers('n_forward_passes_since_fired.after10'),
    hiddenPre: await numbers('step0.hidden_pre'),
    acts: await numbers('step0.feature_acts'),
    out: await numbers('step0.sae_out'),
    gradients: await group(tensors, 'step0.grad.'),
    after1: await group(tensors, 'after1.'),
    after10: await group(tensors, 'after10.'),
    after10Tolerance: Number(/absolute ([\d.e-]+)/.exec(golden.tolerances.after10)?.[1]),
    series: {
      lr: series('lr'),
      mse: series('loss.mse_loss'),
      aux: series('loss.auxiliary_reconstruction_loss'),
      total: series('loss.total'),
      gradNorm: series('grad_norm'),
      l0: series('l0'),
      explainedVariance: series('explained_variance'),
    },
  }
}
