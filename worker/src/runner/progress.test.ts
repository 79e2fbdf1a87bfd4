import { describe, expect, it } from 'vitest'
import { StageProgress } from './progress.js'

describe('StageProgress', () => {
  it('knows no rate at first, then the rate of the last ten seconds', () => {
    const progress = new StageProgress('reading', 'tokens')
    expect(progress.at(0, 1000, 0)).toMatchObject({ fraction: 0, rate: null, etaSeconds: null, unit: 'tokens' })
    expect(progress.at(100, 1000, 10_000)).toMatchObject({ fraction: 0.1, rate: 10, etaSeconds: 90 })
    for (let second = 11; second <= 30; second++) progress.at(100 + 20 * (second - 10), 1000, second * 1000)
    expect(progress.at(520, 1000, 31_000)).toMatchObject({ rate: 20, etaSeconds: 24 })
  })

  it('has no fraction when nothing is to be done', () => {
    expect(new StageProgress('indexing', 'indexes').at(0, 0, 0).fraction).toBeNull()
  })
})
