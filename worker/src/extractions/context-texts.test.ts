import { describe, expect, it } from 'vitest'
import { contextTexts } from './context-texts.js'

describe('contextTexts', () => {
  it('decodes a context once while it is in use, and gives any window of it', () => {
    const decoded: number[] = []
    const texts = contextTexts(
      800_000,
      (context) => [context, context + 1, context + 2],
      (ids) => {
        decoded.push(ids[0]!)
        return Array.from(ids, (id) => ({ id, text: `<${id}>` }))
      },
    )
    expect(texts(5, 1, 3).map(({ text }) => text)).toEqual(['<6>', '<7>'])
    expect(texts(5, 0, 1)).toEqual([{ id: 5, text: '<5>' }])
    // Room for two contexts of this size: the one not used for longest goes.
    texts(10, 0, 1)
    texts(5, 0, 1)
    texts(20, 0, 1)
    texts(5, 0, 1)
    texts(10, 0, 1)
    expect(decoded).toEqual([5, 10, 20, 10])
  })
})
