// Guards: texts end at words, never lose the peak, and use the room they have.
import { expect, it } from 'vitest'
import { cutAtWords, fitAroundPeak } from './cut.js'
import type { TintedToken } from './tokens.js'

/** Pieces of text as tokens; the one marked with ! is the peak. */
const tokensOf = (...pieces: string[]): TintedToken[] =>
  pieces.map((piece, index) => ({
    index,
    text: piece.replace('!', ''),
    value: 1,
    alpha: 0,
    isPeak: piece.includes('!'),
  }))
const join = (tokens: readonly TintedToken[]) => tokens.map(({ text }) => text).join('')
const letters = (text: string, peak: number) => tokensOf(...[...text].map((l, at) => (at === peak ? `${l}!` : l)))

it('drops half words at ends that were cut, and none at true ends', () => {
  const tokens = tokensOf('men', 'cy', ' was', ' shown', '!', ' to the', ' pri')
  expect(join(cutAtWords(tokens, { before: true, after: true }).tokens)).toBe(' was shown to the')
  expect(join(cutAtWords(tokens, { before: false, after: false }).tokens)).toBe('mency was shown to the pri')
})
it('cuts single characters at words too', () => {
  const text = 'ittle girl was happy to see the do'
  expect(join(cutAtWords(letters(text, 18), { before: true, after: true }).tokens).trim()).toBe(
    'girl was happy to see the',
  )
})
it('keeps the word of the peak, and texts without spaces as they are', () => {
  expect(join(cutAtWords(letters('abcdef', 3), { before: true, after: true }).tokens)).toBe('abcdef')
  expect(
    join(cutAtWords(letters('一二三四五六七八九十'.repeat(4), 30), { before: true, after: true }).tokens),
  ).toHaveLength(40)
})
it('fills the room on both sides of the peak with whole words', () => {
  const tokens = tokensOf('One', ' day', ' the', ' cat', ' sat!', ' on', ' the', ' mat')
  const { before, peak, after } = fitAroundPeak(tokens, { before: 9, after: 7 })
  expect([join(before.tokens), peak?.text, join(after.tokens)]).toEqual([' the cat', ' sat', ' on the'])
  expect([before.cutBefore, after.cutAfter]).toEqual([true, true])
  const all = fitAroundPeak(tokens, { before: 90, after: 90 })
  expect([all.before.cutBefore, all.after.cutAfter]).toEqual([false, false])
})
