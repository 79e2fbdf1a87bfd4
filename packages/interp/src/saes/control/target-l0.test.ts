import { describe, expect, it } from 'vitest'
import { afterStep, coefficientFactor, smoothL0, TARGET_L0_START } from './target-l0.js'

/** A plant like an SAE: L0 falls as a power of the coefficient, and follows it with a lag. */
function run(target: number, steps: number, lag: number): number[] {
  const options = { target, fromStep: 10, steps }
  let state = TARGET_L0_START
  let l0 = 200
  return Array.from({ length: steps }, (_, t) => {
    const wanted = 40 / coefficientFactor(state, options) ** 0.8
    l0 *= Math.exp((Math.log(wanted) - Math.log(l0)) / lag)
    state = afterStep(state, options, t, l0 * (t % 2 ? 1.1 : 0.9))
    return l0
  })
}

describe('the target-L0 controller', () => {
  it.each([5, 20, 40, 80, 160])('brings L0 to %d within half the run and holds it there', (target) => {
    for (const lag of [5, 40]) {
      const late = run(target, 1000, lag).slice(500)
      for (const l0 of late) expect(Math.abs(l0 / target - 1)).toBeLessThan(0.05)
    }
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
    expect(state.integral).toBe(0)
    expect(smoothL0(state)).toBeCloseTo(1000, 6)
  })
})
