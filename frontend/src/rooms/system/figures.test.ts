import type { SystemSample } from '@mistudio/contracts'
import { expect, it } from 'vitest'
import { machineSample } from '../../live/testing.js'
import { chartSpecs, distinctDisks, tiles } from './figures.js'

const sample = (over: Partial<SystemSample> = {}) =>
  machineSample({ cpu: null, cores: [1, 2], memoryUsed: 97, memoryTotal: 100, ...over })

it('lists the same disk once', () => {
  const disk = { mount: '/', used: 5, size: 10 }
  expect(
    distinctDisks([disk, { ...disk, mount: '/data' }, { mount: '/x', used: 1, size: 10 }]).map((d) => d.mount),
  ).toEqual(['/', '/x'])
})

it('draws GPU charts only where a GPU reports', () => {
  expect(chartSpecs(sample()).map((c) => c.id)).toEqual(['cpu', 'memory', 'disk', 'network'])
  const gpu = { index: 0, name: 'G', utilisation: 5, memoryUsed: 1, memoryTotal: 2, temperature: null, power: null }
  expect(chartSpecs(sample({ gpus: [gpu] })).map((c) => c.id)).toContain('gpu-0')
})

it('shows unknown CPU as a dash, hides swap that is not there and warns when memory is nearly full', () => {
  const [cpu, memory] = tiles(sample())
  expect(cpu).toMatchObject({ value: '–', share: null })
  expect(memory).toMatchObject({ tone: 'red' })
  expect(tiles(sample())).toHaveLength(2)
})
