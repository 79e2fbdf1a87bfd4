// Resampling of dead features (Bricken et al. 2023, "Towards Monosemanticity"): each begins again at an input that the SAE reconstructs
// badly. Between steps, on the state itself, so every kind of step has it. Losses and the moment are the caller's.
import { uniform } from '../../random/counter.js'
import type { TrainStepState } from '../train-step.js'
import type { TrainableSae } from './architecture.js'
import { isTranscoderCfg } from './cfg.js'
import { startThreshold } from './initialise.js'
import { type Floats, squareSum } from './math/linear.js'
import { normaliseTokens } from './math/normalise.js'
import { rowNormsOf } from './saving/fold.js'
import { deadFeatures } from './trainer.js'

export interface ResampleRequest {
  /** Steps without a firing after which a feature is dead. */
  readonly deadWindow: number
  /** Inputs [tokens, d_in] and targets [tokens, d_out] as the SAE sees them; the target is x but for transcoders. */
  readonly x: Floats
  readonly target: Floats
  /** Loss of each token; an input is drawn with a probability in proportion to its square. */
  readonly losses: ArrayLike<number>
  readonly seed: number
}

/** Norm of a new encoder column as a share of the mean over living ones: too weak to matter before it has learnt something. */
const ENCODER_SHARE = 0.2
const DRAW_STREAM = 0x72657361

/**
 * Gives every dead feature the direction of a drawn input (of its target in the decoder of a transcoder): decoder row of the mean norm of
 * living rows, encoder column of a fifth of the mean norm of living columns, numbers of the feature as at the start, Adam's moments of all
 * of them 0. Changes `state` in place; returns how many features began again (0 when every loss is 0).
 */
export function resampleDead(sae: TrainableSae, state: TrainStepState, request: ResampleRequest): number {
  const { d_in: dIn, d_sae: dSae, d_out: dOut = dIn } = sae.cfg
  const dead = deadFeatures(state, request.deadWindow)
  const draw = drawerOf(request.losses)
  if (!dead.includes(1) || !draw) return 0
  const { x, target } = directionsOf(sae, state, request)
  const [wDec, wEnc] = [state.parameters['W_dec']!, state.parameters['W_enc']]
  const decoderNorm = meanNorm(rowNormsOf(wDec, dSae), dead)
  const encoderNorm = wEnc ? ENCODER_SHARE * meanNorm(columnNorms(wEnc, dSae), dead) : 0
  const seed = Math.floor(uniform(request.seed, DRAW_STREAM, state.step) * 2 ** 32) | 0
  let count = 0
  for (let j = 0; j < dSae; j++) {
    if (dead[j] === 0) continue
    const token = draw(uniform(seed, DRAW_STREAM, j))
    place(state, 'W_dec', rowOf(target, token, dOut), { at: j * dOut, stride: 1, norm: decoderNorm })
    if (wEnc) place(state, 'W_enc', rowOf(x, token, dIn), { at: j, stride: dSae, norm: encoderNorm })
    restart(sae, state, j)
    count++
  }
  return count
}

const rowOf = (rows: Float64Array, row: number, width: number): Float64Array =>
  rows.subarray(row * width, (row + 1) * width)

/** What decoder rows and encoder columns are to point at, per token. */
function directionsOf(sae: TrainableSae, state: TrainStepState, { x, target }: ResampleRequest) {
  const { d_in: dIn, d_out: dOut = dIn, apply_b_dec_to_input: centred, normalize_activations: kind } = sae.cfg
  const bias = state.parameters['b_dec']!
  const without = (rows: Float64Array, width: number) => rows.map((value, at) => value - bias[at % width]!)
  const seen = normaliseTokens(kind, x, x.length / dIn).z
  const input = centred ? without(seen, dIn) : seen
  const transcoder = isTranscoderCfg(sae.cfg)
  return { x: input, target: transcoder ? without(Float64Array.from(target), dOut) : without(seen, dIn) }
}

/** Token for a uniform number, drawn by the squares of the losses; null when all are 0. */
function drawerOf(losses: ArrayLike<number>): ((u: number) => number) | null {
  const ends = new Float64Array(losses.length)
  let total = 0
  for (let t = 0; t < losses.length; t++) {
    total += losses[t]! ** 2
    ends[t] = total
  }
  if (!(total > 0)) return null
  return (u) => {
    let [low, high] = [0, ends.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (ends[middle]! > u * total) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Mean over living features; over all when none lives. */
function meanNorm(norms: ArrayLike<number>, dead: Uint8Array): number {
  const living = Array.from(norms).filter((_, j) => dead[j] === 0)
  const counted = living.length > 0 ? living : Array.from(norms)
  return counted.reduce((sum, norm) => sum + norm, 0) / counted.length
}

function columnNorms(matrix: Float32Array, columns: number): Float64Array {
  const squares = new Float64Array(columns)
  for (let at = 0; at < matrix.length; at++) squares[at % columns]! += matrix[at]! ** 2
  return squares.map(Math.sqrt)
}

/** Writes a direction at a norm into every `stride`-th number of a matrix from `at` on, and 0 over its moments. */
function place(
  { parameters, m, v }: TrainStepState,
  name: string,
  direction: Float64Array,
  to: { readonly at: number; readonly stride: number; readonly norm: number },
): void {
  const length = Math.sqrt(squareSum(direction))
  for (const [i, value] of direction.entries()) {
    const at = to.at + i * to.stride
    parameters[name]![at] = length > 0 ? (to.norm * value) / length : 0
    m[name]![at] = 0
    v[name]![at] = 0
  }
}

/** Numbers that a feature has one of (biases, thresholds, scales) as at the start, and its count of steps without a firing. */
function restart(sae: TrainableSae, { parameters, m, v, sinceFired }: TrainStepState, j: number): void {
  for (const [name, shape] of Object.entries(sae.parameters)) {
    if (shape.length !== 1 || name === 'b_dec') continue
    parameters[name]![j] = name === 'threshold' ? startThreshold(sae.cfg) : 0
    m[name]![j] = 0
    v[name]![j] = 0
  }
  sinceFired[j] = 0
}
