// The comparisons of the suite find what differs: a suite that cannot fail would prove nothing of the engines.
import { expect, it } from 'vitest'
import { referenceEngine } from '../reference-step.js'
import { below, near, refused, same } from './checks.js'
import { conformsToTrainStep } from './index.js'

it('numbers beyond their limit, NaN, other lengths, names and bits are refused', async () => {
  expect(() => below(1, 1, 'norm')).toThrow('norm: 1, but below 1 was expected')
  expect(() => below(Number.NaN, 1, 'norm')).toThrow('NaN')
  expect(() => near(1, 1.1, 0.01, 'loss')).toThrow('loss')
  expect(() => same(Float32Array.of(1, 2), Float32Array.of(1), 'm')).toThrow('m: 2 values for 1')
  expect(() => same({ a: Float64Array.of(0) }, { a: Float64Array.of(-0) }, 'state')).toThrow('state.a[0]')
  expect(() => same({ a: 1 }, { b: 1 }, 'state')).toThrow('names of state')
  expect(() => same({ a: { b: 2 } }, { a: { b: 1 } }, 'state')).toThrow('state.a.b: 2 for 1')
  await expect(refused(Promise.resolve(1), 'training_invalid', 'a batch')).rejects.toThrow('was not refused')
  await expect(refused(Promise.reject(new Error('no')), 'training_invalid', 'a batch')).rejects.toThrow('code')
})

it('an engine whose gradients are a little off fails every golden training', async () => {
  const off = {
    ...referenceEngine,
    open: async (request: Parameters<typeof referenceEngine.open>[0]) => {
      const step = await referenceEngine.open(request)
      const told = step.gradients.bind(step)
      const gradients = async () => {
        const found = Object.entries(await told())
        return Object.fromEntries(found.map(([name, values]) => [name, Array.from(values, (value) => value * 1.001)]))
      }
      return Object.assign(step, { gradients })
    },
  }
  const checks = await conformsToTrainStep(off, { threads: 1, isReference: true })
  const golden = checks.filter(({ name }) => name.startsWith("SAELens's training"))
  expect(golden.length).toBeGreaterThan(0)
  for (const { run } of golden) await expect(run()).rejects.toThrow('gradient of')
})
