// Steers a sparsity coefficient so that L0 reaches a wanted value: a controller in the logarithms of L0 and of the coefficient, with
// proportional and integral parts, a trend, and a look ahead. Pure: the state is a few numbers that go into a checkpoint, and the same
// L0s give the same bits.

export interface TargetL0State {
  /** Running geometric mean of L0, as a logarithm; null before the first step. */
  readonly smooth: number | null
  /** Running mean of its change per step. */
  readonly velocity: number
  /** Integral part: logarithm of the factor on the coefficient. */
  readonly integral: number
  /** Steady change of the integral per step: L0 drifts while features are learned, and a plain integral would lag behind it. */
  readonly trend: number
}

export const TARGET_L0_START: TargetL0State = { smooth: null, velocity: 0, integral: 0, trend: 0 }

export interface TargetL0Options {
  readonly target: number
  /** Steps before the integral begins: while the coefficient warms up its L0 says nothing about its final value. */
  readonly fromStep: number
  /** Steps of the whole run: a short one is steered faster. */
  readonly steps: number
}

/** Share of the newest L0 in the running mean, and of the newest change in the velocity: single batches are noisy. */
const [NEWEST, NEWEST_CHANGE] = [0.2, 0.1]
/** Factor e^±1 away from the target counts as that far and no farther, so that the first steps do not wind the integral up. */
const FARTHEST = 1
/** Proportional gain: answers at once, and damps. */
const PROPORTIONAL = 1
/** The integral follows a constant error of 1 by so many e-folds over the run, within bounds per step. */
const FOLDS_PER_RUN = 40
const [SLOWEST, FASTEST] = [0.002, 0.05]
/** The trend follows errors below this size, by this share of the squared rate of the integral. */
const TREND_WITHIN = 0.5
const TREND_SHARE = 0.2
/** The coefficient stays within e^±20 of where it began. */
const LIMIT = 20

const clamp = (value: number, limit: number): number => Math.min(limit, Math.max(-limit, value))

/** Share that the integral takes of an error per step. */
const rateOf = ({ steps }: TargetL0Options): number => Math.min(FASTEST, Math.max(SLOWEST, FOLDS_PER_RUN / steps))

/** Distance from the target, in e-folds, where L0 will be after 1 / rate steps if it goes on as it does. */
function errorOf({ smooth, velocity }: TargetL0State, options: TargetL0Options): number {
  return smooth === null ? 0 : clamp(smooth - Math.log(options.target) + velocity / rateOf(options), FARTHEST)
}

/** Factor on the coefficient for the next step. */
export const coefficientFactor = (state: TargetL0State, options: TargetL0Options): number =>
  Math.exp(state.integral + PROPORTIONAL * errorOf(state, options))

/** The state after a step (counted from 0) with this L0. An L0 of 0 counts as a thousandth of a feature. */
export function afterStep(state: TargetL0State, options: TargetL0Options, step: number, l0: number): TargetL0State {
  const newest = Math.log(Math.max(l0, 1e-3))
  const change = state.smooth === null ? 0 : NEWEST * (newest - state.smooth)
  const seen = {
    ...state,
    smooth: (state.smooth ?? newest) + change,
    velocity: state.velocity + NEWEST_CHANGE * (change - state.velocity),
  }
  if (step < options.fromStep) return seen
  const rate = rateOf(options)
  const error = errorOf(seen, options)
  const steady = Math.abs(error) < TREND_WITHIN
  const trend = steady ? clamp(state.trend + TREND_SHARE * rate ** 2 * error, rate) : state.trend
  return { ...seen, trend, integral: clamp(state.integral + rate * error + trend, LIMIT) }
}

/** The running mean of L0; null before the first step. */
export const smoothL0 = ({ smooth }: TargetL0State): number | null => (smooth === null ? null : Math.exp(smooth))
