// Guards: the time of an extraction is told from what was measured, for this SAE first, and never invented.
import type { Extraction } from '@mistudio/contracts'
import { expect, it } from 'vitest'
import { estimateLine, estimateTime } from './estimate.js'

/** Read 1,000 tokens in ten seconds and took two more for the rest. */
const ended = (over: object) =>
  ({
    saeId: 'a',
    modelId: 'm',
    saeName: 'first',
    dSae: 100,
    createdAt: '1',
    summary: { tokensPerSecond: 100, seconds: 10 },
    job: { startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:12Z' },
    ...over,
  }) as unknown as Extraction
const asked = { saeId: 'a', modelId: 'm', dSae: 100, tokens: 5000 }

it('reads at the speed of the last extraction of this SAE, and adds what lay beside the reading', () => {
  expect(estimateTime(asked, [ended({})])).toEqual({ seconds: 52, from: 'first', same: true })
  const other = ended({ saeId: 'b', createdAt: '9', summary: { tokensPerSecond: 1, seconds: 10 } })
  expect(estimateTime(asked, [other, ended({})])?.seconds).toBe(52)
})
it('takes another SAE of the model when there is none of this, with its work by the number of features', () => {
  const estimate = estimateTime({ ...asked, saeId: 'c', dSae: 200 }, [ended({})])
  expect(estimate).toEqual({ seconds: 54, from: 'first', same: false })
  expect(estimateLine(estimate)).toBe('About 54 s, by the last extraction of another SAE of this model (first).')
})
it('says that it does not know without any', () => {
  expect(estimateTime({ ...asked, modelId: 'other', saeId: 'c' }, [ended({})])).toBeNull()
  expect(estimateTime(asked, [ended({ summary: null })])).toBeNull()
  expect(estimateLine(null)).toContain('not known yet')
})
