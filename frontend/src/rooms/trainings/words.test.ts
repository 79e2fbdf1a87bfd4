// What the training room says of options.
import { describe, expect, it } from 'vitest'
import { emptyLabel } from './words.js'

describe('emptyLabel', () => {
  it('says what an empty option follows, and "none" where it is gone without', () => {
    expect(emptyLabel('dataSeed')).toBe('as the seed')
    expect(emptyLabel('bufferMemory')).toBe('all in memory')
    expect(emptyLabel('decoderInitNorm')).toBe('none')
  })
})
