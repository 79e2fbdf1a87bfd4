import { describe, expect, it } from 'vitest'
import { onScale, reportOf } from './prepare.js'

describe('the report of a check', () => {
  it('places a score beside the range it is held against, also outside it', () => {
    expect(onScale({ found: 0.5, from: 0.4, to: 0.6 })).toMatchObject({ at: 0.5 })
    const above = onScale({ found: 0.9, from: 0.4, to: 0.6 })
    expect(above.at).toBeGreaterThan(above.to)
    expect(above.at).toBeLessThan(1)
    expect(onScale({ found: 0.1, from: 0.4, to: 0.6 }).at).toBeGreaterThan(0)
  })

  it('is none while the job has no result', () => {
    expect(reportOf(null)).toBeNull()
    expect(reportOf({ result: null })).toBeNull()
  })
})
