import { describe, expect, it } from 'vitest'
import { afterStep, coefficientFactor, smoothL0, TARGET_L0_START } from './target-l0.js'

interface Plant {
  /** Steps by which L0 follows the coefficient. */
  readonly lag: number
  /** E-folds that L0 falls by over the run while the coefficient stays: features are learned. */
  readonly drift?: number
  /** E-folds that L0 can move by over the run: thresholds have a speed limit. */
  readonly reach?: number
}

/** A plant like an SAE: L0 falls as a power of the coefficient. */
function run(target: number, steps: number, { lag, drift = 0, reach = 1e9 }: Plant): number[] {
  const options = { target, fromStep: 10, steps }
  let state = TARGET_L0_START
  let l0 = 200
  return Array.from({ length: steps }, (_, t) => {
    const wanted = (40 * Math.exp((-drift * t) / steps)) / coefficientFactor(state, options) ** 0.8
    const move = Math.log(wanted / l0) / lag
    l0 *= Math.exp(Math.min(reach / steps, Math.max(-reach / steps, move)))
    state = afterStep(state, options, t, l0 * (t % 2 ? 1.1 : 0.9))
    return l0
  })
}
const worst = (l0s: readonly number[], target: number) => Math.max(...l0s.map((l0) => Math.abs(l0 / target - 1)))

describe('the target-L0 controller', () => {
  it.each([5, 20, 40, 80, 160])(
    'brings L0 to %d within half the run and holds it there, also while it drifts',
    (target) => {
      for (const plant of [{ lag: 5 }, { lag: 40 }, { lag: 5, drift: 4 }, { lag: 40, drift: 2 }]) {
        expect(worst(run(target, 1000, plant).slice(500), target), JSON.stringify(plant)).toBeLessThan(0.05)
      }
    },
  )

  it.each([10, 40, 160])('does not overshoot for long when L0 cannot follow at once: %d', (target) => {
    expect(worst(run(target, 1000, { lag: 20, drift: 2, reach: 15 }).slice(750), target)).toBeLessThan(0.05)
  })

  it('gives the same bits when its state is stored as JSON in the middle', () => {
    const options = { target: 30, fromStep: 0, steps: 100 }
    const l0 = (t: number) => 50 + 10 * Math.sin(t)
    let whole = TARGET_L0_START
    let broken = TARGET_L0_START
    for (let t = 0; t < 60; t++) {
      whole = afterStep(whole, options, t, l0(t))
      broken = JSON.parse(JSON.stringify(afterStep(broken, options, t, l0(t))))
    }
    expect(broken).toEqual(whole)
    expect(coefficientFactor(broken, options)).toBe(coefficientFactor(whole, options))
  })

  it('does not wind up while the coefficient warms up', () => {
    const options = { target: 10, fromStep: 50, steps: 100 }
    let state = TARGET_L0_START
    for (let t = 0; t < 50; t++) state = afterStep(state, options, t, 1000)
    expect(state).toMatchObject({ integral: 0, trend: 0 })
    expect(smoothL0(state)).toBeCloseTo(1000, 6)
  })
})
