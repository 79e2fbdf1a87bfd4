// Guards: bytes are counted, not guessed; seconds come from measurements of the same model or are not given.
import { expect, it } from 'vitest'
import { estimateCapture, estimateSeconds, planComparisons } from './estimate.js'
import type { Capture, CaptureTiming } from './schemas.js'

const params = { tokens: 1000, dtype: 'float16', shardBytes: 2 ** 20 } as const
const source = { modelId: 'm', precision: 'float32', contextSize: 64 } as const
const measured = (createdAt: string, timing: Partial<CaptureTiming>, modelId = 'm') => {
  const summary = { timing: { capturing: null, measuring: null, comparing: null, ...timing } }
  return { ...source, modelId, createdAt, summary: summary as Capture['summary'] }
}

it('counts whole contexts, values and the trace of every token', () => {
  const plan = estimateCapture(params, [128, 512], 64, 100)
  expect(plan).toMatchObject({ contexts: 16, tokens: 1024, bytes: 1024 * (640 * 2 + 12), shards: 2 })
  expect(estimateCapture(params, [128], 64, 5).tokens).toBe(320)
})

it('takes each stage from the newest capture that measured it', () => {
  const [first, second] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z']
  const earlier = [
    measured(first, { capturing: { work: 100, seconds: 1 } }),
    measured(second, { capturing: { work: 100, seconds: 2 }, measuring: { work: 2000, seconds: 1 } }),
    measured(second, { capturing: { work: 100, seconds: 50 } }, 'other model'),
  ]
  expect(estimateSeconds({ tokens: 1000 }, [3, 4], source, earlier)).toBeCloseTo(20 + 7000 / 2000, 9)
})

it('gives no seconds where a stage was never measured', () => {
  const earlier = [
    measured('2026-01-01T00:00:00.000Z', { capturing: { work: 1, seconds: 1 }, measuring: { work: 1, seconds: 1 } }),
  ]
  expect(estimateSeconds({ tokens: 10 }, [3], source, earlier)).toBe(10 + 30)
  expect(estimateSeconds({ tokens: 10 }, [3], source, earlier.slice(1))).toBeNull()
  expect(estimateSeconds({ tokens: 10 }, [3], { ...source, contextSize: 128 }, earlier)).toBeNull()
})

it('samples every position when comparisons cannot read all rows', () => {
  const { stride } = planComparisons(1_000_000, 64, { widths: [2048, 2048], pairs: [[2048, 2048]] }, 2e9)
  const met = new Set(Array.from({ length: 64 }, (_, i) => (i * stride) % 64))
  expect(stride).toBeGreaterThan(1)
  expect(met.size).toBe(64)
})
