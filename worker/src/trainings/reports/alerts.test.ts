import { expect, it } from 'vitest'
import { paramsOf } from '../testing/world.js'
import { alertsOf, diverged } from './alerts.js'

const params = paramsOf({
  architecture: 'jumprelu',
  warmupSteps: 10,
  l0WarmUpSteps: 20,
  alertDeadShare: 0.5,
  alertL0Below: 2,
})
const kinds = (step: number, l0: number, dead: number) =>
  alertsOf(params, { l0, dead }, step, 100).map(({ kind }) => kind)

it('a collapse of L0 is one only after rate and coefficient have warmed up', () => {
  expect(kinds(20, 1.9, 0)).toEqual([])
  expect(kinds(21, 1.9, 0)).toEqual(['l0_collapse'])
  expect(kinds(21, 2, 0)).toEqual([])
})

it('dead features are counted against the limit', () => {
  expect(kinds(5, 50, 50)).toEqual([])
  expect(kinds(5, 50, 51)).toEqual(['dead_share'])
})

it('what is not finite, in the loss or in the gradients, is a divergence', () => {
  const step = { loss: 1, gradNorm: 1 } as Parameters<typeof diverged>[0]
  expect(diverged(step)).toBe(false)
  expect(diverged({ ...step, loss: Number.NaN })).toBe(true)
  expect(diverged({ ...step, gradNorm: Number.POSITIVE_INFINITY })).toBe(true)
})
