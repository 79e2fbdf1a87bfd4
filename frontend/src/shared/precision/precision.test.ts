import type { ModelMemory, PrecisionLoss } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { draftProblem, fullLoss, lossAt, precisionRows, shortLoss, startPrecision } from './precision.js'

const GIB = 2 ** 30
const row = (precision: 'float32' | 'float16' | 'int8' | 'int4', gib: number, unavailable: string | null = null) => ({
  precision,
  unavailable,
  weights: gib * GIB,
  toLoad: gib * GIB,
  kvPerToken: 0.25 * GIB,
  activationsPerToken: 0.25 * GIB,
  scoresPerPair: 0,
  firstRun: 0,
  logitsPerRow: 0,
})
const memory: ModelMemory = {
  available: 3 * GIB,
  precisions: [row('float32', 4), row('float16', 2, 'Not on a CPU.'), row('int8', 2), row('int4', 1)],
}
const draft = { precision: 'int8', batch: 1, context: 2 } as const
const LOSS: PrecisionLoss = {
  precision: 'int8',
  meanKl: 0.0125,
  maxKl: 0.5,
  perplexity: 12.5,
  originalPerplexity: 12,
  sameTop: 0.9,
  positions: 157,
}

describe('a choice of precision', () => {
  it('starts at the first precision that can be had', () => {
    expect(startPrecision(memory).precision).toBe('int8')
    expect(startPrecision({ ...memory, available: 9 * GIB }).precision).toBe('float32')
  })

  it('shows what a run of rows × tokens takes and whether it fits', () => {
    const rows = precisionRows(memory, { ...draft, batch: 2 }, [LOSS])
    expect(rows.map(({ fits }) => fits)).toEqual([false, false, false, true])
    expect(precisionRows(memory, draft)[2]).toMatchObject({ fits: true, loss: null })
    expect(rows[2]!.loss).toBe(LOSS)
    expect(rows[3]!.run).toBe(precisionRows(memory, { ...draft, batch: 1, context: 4 })[3]!.run)
  })

  it('is refused with what would fit, and where numbers are missing', () => {
    expect(draftProblem(memory, draft)).toBeNull()
    expect(draftProblem(memory, { ...draft, batch: 2 })).toMatch(
      /^Running 2 × 2 tokens in int8 needs about 4\.00 GiB, and 3\.00 GiB are free\. Choose int4, or a smaller batch or context\.$/,
    )
    expect(draftProblem(memory, { ...draft, batch: 100 })).toMatch(/Choose a smaller batch or context, or free some/)
    expect(draftProblem(memory, { ...draft, precision: 'float16' })).toBe('Not on a CPU.')
    expect(draftProblem(memory, { ...draft, context: null })).toMatch(/whole numbers/)
    expect(draftProblem(memory, { ...draft, batch: 1.5 })).toMatch(/whole numbers/)
  })
})

describe('a measured loss', () => {
  it('is said with its count, and only where it was measured', () => {
    const parity = { passed: 1, failed: 0, remarks: 0, at: '2026-01-01T00:00:00Z', losses: [LOSS] }
    expect(lossAt({ parity }, 'int8')).toBe(LOSS)
    expect(lossAt({ parity }, 'int4')).toBeNull()
    expect(lossAt(undefined, 'int8')).toBeNull()
    expect(shortLoss(LOSS)).toBe('KL 0.0125 nats from float32, 157 tokens')
    expect(shortLoss({ ...LOSS, meanKl: null })).toBe('KL not finite from float32, 157 tokens')
    expect(fullLoss(LOSS)).toContain('perplexity 12.5 (float32: 12)')
  })
})
