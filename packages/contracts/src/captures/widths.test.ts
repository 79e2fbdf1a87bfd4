// Guards: attention patterns are counted by heads and keys, and absurd sizes are refused with the arithmetic.
import { expect, it } from 'vitest'
import { tooLarge, valuesPerToken } from './widths.js'

const pattern = { kind: 'pattern', width: 32 } as const
const stream = { kind: 'token', width: 768 } as const

it('a pattern holds a weight per head and key, other sites their width', () => {
  expect(valuesPerToken(pattern, 128)).toBe(32 * 128)
  expect(valuesPerToken(stream, 128)).toBe(768)
})

it('refuses a context that does not fit in memory and a capture beyond any disk', () => {
  const plan = { tokens: 4096, bytes: 1 }
  expect(tooLarge([stream, pattern], 2048, plan)).toBeNull()
  expect(tooLarge([{ kind: 'pattern', width: 40 }], 4096, plan)).toBe(
    'One context of 4,096 tokens × 163,840 values (40 heads × 4,096 keys of attention patterns among them) × 4 bytes is 2.5 GiB; at most 2.0 GiB. Choose fewer sites or shorter contexts.',
  )
  expect(tooLarge([stream], 128, { tokens: 10_000_000, bytes: 2 ** 39 })).toContain(
    '10,000,000 tokens × 768 values is 512.0 GiB',
  )
})
