// Steers a sparsity coefficient so that L0 reaches a wanted value: a proportional-integral controller in the logarithms of L0 and of
// the coefficient. Pure: the state is a few numbers that go into a checkpoint, and the same L0s give the same bits.

export interface TargetL0State {
  /** Running geometric mean of L0, as a logarithm; null before the first step. */
  readonly smooth: number | null
  /** Integral part: logarithm of the factor on the coefficient. */
  readonly integral: number
}

export const TARGET_L0_START: TargetL0State = { smooth: null, integral: 0 }

export interface TargetL0Options {
  readonly target: number
  /** Steps before the integral begins: while the coefficient warms up its L0 says nothing about its final value. */
  readonly fromStep: number
  /** Steps of the whole run: a short one is steered faster. */
  readonly steps: number
}

/** Share of the newest L0 in the running mean: single batches are noisy. */
const NEWEST = 0.1
/** Factor e^±1 away from the target counts as that far and no farther, so that the first steps do not wind the integral up. */
const FARTHEST = 1
/** Proportional gain: answers at once, and damps. */
const PROPORTIONAL = 1
/** The integral follows a constant error of 1 by so many e-folds over the run, within bounds per step. */
const FOLDS_PER_RUN = 16
const [SLOWEST, FASTEST] = [0.002, 0.03]
/** The coefficient stays within e^±20 of where it began. */
const LIMIT = 20

const clamp = (value: number, limit: number): number => Math.min(limit, Math.max(-limit, value))

const errorOf = ({ smooth }: TargetL0State, { target }: TargetL0Options): number =>
  smooth === null ? 0 : clamp(smooth - Math.log(target), FARTHEST)

/** Factor on the coefficient for the next step. */
export const coefficientFactor = (state: TargetL0State, options: TargetL0Options): number =>
  Math.exp(state.integral + PROPORTIONAL * errorOf(state, options))

/** The state after a step (counted from 0) with this L0. An L0 of 0 counts as a thousandth of a feature. */
export function afterStep(state: TargetL0State, options: TargetL0Options, step: number, l0: number): TargetL0State {
  const newest = Math.log(Math.max(l0, 1e-3))
  const smooth = state.smooth === null ? newest : state.smooth + NEWEST * (newest - state.smooth)
  if (step < options.fromStep) return { smooth, integral: state.integral }
  const rate = Math.min(FASTEST, Math.max(SLOWEST, FOLDS_PER_RUN / options.steps))
  const integral = clamp(state.integral + rate * errorOf({ ...state, smooth }, options), LIMIT)
  return { smooth, integral }
}

/** The running mean of L0; null before the first step. */
export const smoothL0 = ({ smooth }: TargetL0State): number | null => (smooth === null ? null : Math.exp(smooth))
