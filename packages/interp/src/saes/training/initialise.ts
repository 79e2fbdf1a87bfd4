// Starting weights as SAELens chooses them: decoder Kaiming-uniform with rows scaled to a norm, encoder its transpose, biases 0.
import { uniform } from '../../random/counter.js'
import { kindOf } from '../architectures/table.js'
import type { TrainStepState } from '../train-step.js'
import type { TrainableSae } from './architecture.js'
import { rowNormsOf } from './saving/fold.js'

/** Norm of every decoder row at the start, unless `decoder_init_norm` or the architecture says otherwise. */
const INIT_NORM = 0.1
/** Thresholds of jumprelu at the start, unless `jumprelu_init_threshold` says otherwise. */
const INIT_THRESHOLD = 0.01
/** Random streams of the weights, apart from those of data order and sampling. */
const DECODER_STREAM = 0x77656967
const ENCODER_STREAM = 0x656e6364

export interface InitialOptions {
  /** Starts b_dec here, [d_out]: the mean of activations, or their geometric median. Zeros unless given. */
  readonly bDec?: ArrayLike<number>
}

/**
 * Parameters before the first step, float32, a function of configuration and seed alone. `decoder_init_norm` of the configuration: norm
 * of every decoder row; null leaves Kaiming-uniform rows. The encoder is the decoder's transpose where input and output are one site
 * (tied start, free afterwards), else random of the same scale; a skip connection starts at 0.
 */
export function initialParameters(
  { cfg, parameters }: TrainableSae,
  seed: number,
  options: InitialOptions = {},
): Record<string, Float32Array> {
  const { d_in: dIn, d_sae: dSae } = cfg
  const out = Object.fromEntries(
    Object.entries(parameters).map(([name, shape]) => [name, new Float32Array(shape.reduce((n, size) => n * size, 1))]),
  )
  const norm = initNorm(cfg)
  const wDec = out['W_dec']!
  fillRows(wDec, dSae, seed, DECODER_STREAM, norm)
  const wEnc = out['W_enc']
  if (wEnc) {
    const rows = cfg.d_out === undefined ? wDec : new Float32Array(dIn * dSae)
    if (rows !== wDec) fillRows(rows, dSae, seed, ENCODER_STREAM, norm)
    for (let j = 0; j < dSae; j++) for (let i = 0; i < dIn; i++) wEnc[i * dSae + j] = rows[j * dIn + i]!
  }
  out['threshold']?.fill(startThreshold(cfg))
  if (options.bDec) out['b_dec']!.set(options.bDec)
  return out
}

/** Threshold of a jumprelu feature at the start. */
export function startThreshold(cfg: Readonly<Record<string, unknown>>): number {
  const threshold = cfg['jumprelu_init_threshold']
  return typeof threshold === 'number' ? threshold : INIT_THRESHOLD
}

/** A training's state before its first step. */
export function initialState(sae: TrainableSae, seed: number, options: InitialOptions = {}): TrainStepState {
  const parameters = initialParameters(sae, seed, options)
  const zeros = () =>
    Object.fromEntries(Object.entries(parameters).map(([name, { length }]) => [name, new Float32Array(length)]))
  const { d_sae: dSae } = sae.cfg
  return {
    step: 0,
    topkThreshold: 0,
    parameters,
    m: zeros(),
    v: zeros(),
    sinceFired: new Float64Array(dSae),
    firedTokens: new Float64Array(dSae),
  }
}

function initNorm(cfg: Readonly<Record<string, unknown>>): number | null {
  const given = cfg['decoder_init_norm']
  if (typeof given === 'number' || given === null) return given
  return kindOf(String(cfg['architecture']))?.decoderInitNorm ?? INIT_NORM
}

/** Kaiming-uniform of a [rows, width] matrix (bound √(6 / width)), then every row scaled to `norm` where given. */
function fillRows(matrix: Float32Array, rows: number, seed: number, stream: number, norm: number | null): void {
  const width = matrix.length / rows
  const bound = Math.sqrt(6 / width)
  for (let at = 0; at < matrix.length; at++) matrix[at] = bound * (2 * uniform(seed, stream, at) - 1)
  if (norm === null) return
  const norms = rowNormsOf(matrix, rows)
  for (let at = 0; at < matrix.length; at++) matrix[at]! *= norm / norms[Math.floor(at / width)]!
}
