import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { openTokenizer, ROUND_TRIP_TEXTS, roundTrip } from '../index.js'

it('finds nothing changed by the bundled byte-level tokenizer', async () => {
  const tokenizer = await openTokenizer(fileURLToPath(new URL('../../../../demo/tiny-stories-1m', import.meta.url)))
  expect(roundTrip(tokenizer)).toEqual({ texts: Object.keys(ROUND_TRIP_TEXTS).length, failed: [] })
})

it('names a text that changes, with the first difference counted in characters', () => {
  const lossy = {
    encode: (text: string) => Array.from(text, (character) => character.codePointAt(0) ?? 0),
    decode: (ids: ArrayLike<number>) => String.fromCodePoint(...Array.from(ids)).replaceAll('é', 'e'),
  }
  expect(roundTrip(lossy, { plain: 'cafe', accent: '😀 café au lait' })).toEqual({
    texts: 2,
    failed: [{ name: 'accent', at: 5, expected: 'é au lait', got: 'e au lait' }],
  })
})
