import { ExtractionParamsSchema } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { requireMemory } from './resources.js'

describe('requireMemory', () => {
  const params = ExtractionParamsSchema.parse({})
  it('lets 16,384 features at the defaults pass with a gigabyte, and refuses what would not fit', () => {
    expect(() => requireMemory(16_384, params, 1e9)).not.toThrow()
    expect(() => requireMemory(131_072, { ...params, topExamples: 100, contextBefore: 200 }, 4e9)).toThrow(
      /fewer examples/,
    )
  })
})
