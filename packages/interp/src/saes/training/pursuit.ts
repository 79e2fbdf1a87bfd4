// Matching pursuit of one token: repeatedly takes the decoder row that fits the residual best. Shared by training and inference.
import { dot, type Floats, squareSum } from './math/linear.js'

export interface PursuitOptions {
  /** A token stops when its residual is shorter than this; 0 for never. */
  readonly residualThreshold: number
  readonly maxIterations: number
  /** A token stops after an iteration that added no feature. */
  readonly stopOnDuplicateSupport: boolean
}

export interface Pursuit {
  /** Chosen features in order, repetitions included, and what each added. */
  readonly chosen: readonly number[]
  readonly steps: readonly number[]
  /** What is left of the input, [d]. */
  readonly residual: Float64Array
}

/**
 * r = h; repeat: s = relu(W_dec r), i = argmax s, a_i += s_i, r −= s_i W_dec[i]. Rows are not normalised. `h` [d], `wDec` [d_sae, d].
 */
export function pursue(h: Floats, wDec: Floats, options: PursuitOptions): Pursuit {
  const d = h.length
  const residual = Float64Array.from(h)
  const [chosen, steps]: [number[], number[]] = [[], []]
  const support = new Set<number>()
  for (let n = 0; n < options.maxIterations; n++) {
    const { best, score } = bestRow(residual, wDec)
    chosen.push(best)
    steps.push(score)
    const row = wDec.subarray(best * d, (best + 1) * d)
    for (let i = 0; i < d; i++) residual[i]! -= score * row[i]!
    const known = score === 0 || support.has(best)
    support.add(best)
    if (options.stopOnDuplicateSupport && known) break
    if (options.residualThreshold > 0 && Math.sqrt(squareSum(residual)) < options.residualThreshold) break
  }
  return { chosen, steps, residual }
}

/** Row with the largest rectified product; the first of equals. */
function bestRow(residual: Float64Array, wDec: Floats): { best: number; score: number } {
  const d = residual.length
  let [best, score] = [0, 0]
  for (let j = 0; j * d < wDec.length; j++) {
    const product = dot(residual, wDec.subarray(j * d, (j + 1) * d))
    if (product > score) [best, score] = [j, product]
  }
  return { best, score }
}

/**
 * Gradient by h of a loss, given its gradient by the activations; adds that of W_dec into `dRows`. Runs the iterations backwards;
 * nothing flows through the choice of rows.
 */
export function pursuitGradient(
  { chosen, steps, residual }: Pursuit,
  wDec: Floats,
  dActs: (feature: number) => number,
  dRows: Float64Array,
): Float64Array {
  const d = residual.length
  const r = residual.slice()
  const dr = new Float64Array(d)
  for (let n = chosen.length - 1; n >= 0; n--) {
    const [j, step] = [chosen[n]!, steps[n]!]
    const at = j * d
    const row = wDec.subarray(at, at + d)
    const dStep = dActs(j) - dot(dr, row)
    for (let i = 0; i < d; i++) {
      // r before this iteration.
      r[i]! += step * row[i]!
      dRows[at + i]! -= step * dr[i]!
    }
    if (step <= 0) continue
    for (let i = 0; i < d; i++) {
      dRows[at + i]! += dStep * r[i]!
      dr[i]! += dStep * row[i]!
    }
  }
  return dr
}
