// Guards: the text around a place is exactly its document, over borders of contexts, and no more than is read at once.
import { expect, it } from 'vitest'
import { type PlacedTokens, readingOf } from './place.js'

/** Documents of so many tokens each, one after the other, in contexts of four. */
const store = (...lengths: number[]): PlacedTokens => {
  const all = lengths.flatMap((length, document) => new Array<number>(length).fill(document))
  return {
    contextSize: 4,
    contexts: Math.floor(all.length / 4),
    documents: (context) => Int32Array.from(all.slice(context * 4, context * 4 + 4)),
  }
}

it('gives the whole context, other documents included', () => {
  expect(readingOf(store(3, 9), { context: 0, position: 3, reach: 'context' })).toMatchObject({
    first: 0,
    count: 1,
    start: 0,
    end: 4,
    position: 3,
  })
})

it('follows a document into the contexts beside, and stops at its ends', () => {
  // Contexts: 0001 | 1111 | 1112
  const reading = readingOf(store(3, 8, 1), { context: 1, position: 2, reach: 'document' })
  expect(reading).toEqual({
    first: 0,
    count: 3,
    start: 3,
    end: 11,
    position: 6,
    goesOn: { before: false, after: false },
  })
})

it('says that a long document goes on where it is cut', () => {
  const reading = readingOf(store(2, 100_000), { context: 9000, position: 1, reach: 'document' })
  expect(reading.count).toBe(1024)
  expect(reading.goesOn).toEqual({ before: true, after: true })
  expect(reading.end - reading.start).toBe(4096)
  expect(reading.first).toBeLessThan(9000)
  expect(reading.first + reading.count).toBeGreaterThan(9001)
})

it('refuses a place that does not exist', () => {
  expect(() => readingOf(store(8), { context: 2, position: 0, reach: 'document' })).toThrow(RangeError)
})
