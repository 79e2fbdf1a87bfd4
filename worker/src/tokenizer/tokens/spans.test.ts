import { expect, it } from 'vitest'
import { Utf8Joiner } from './spans.js'

const joined = (bytes: readonly number[], sizes: readonly number[]): string => {
  const joiner = new Utf8Joiner()
  let text = ''
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!
    text += joiner.push(Uint8Array.from(bytes.slice(at, at + size)))
    at += size
  }
  return text + joiner.end()
}

it('joins valid UTF-8 cut anywhere', () => {
  const text = 'aß€😀\u0000\u{10FFFF}\uFEFFz'
  for (const sizes of [[1], [2], [3], [1, 2], [5, 1]]) expect(joined([...Buffer.from(text)], sizes)).toBe(text)
})

it.each([
  ['a lone continuation', [0x61, 0x80, 0x62], 'a<0x80>b'],
  ['a lead without its end', [0xe2, 0x82], '<0xE2><0x82>'],
  ['a lead before ASCII', [0xe2, 0x82, 0x61], '<0xE2><0x82>a'],
  ['a lead before a whole character', [0xf0, 0x9f, 0xc3, 0xa9], '<0xF0><0x9F>é'],
  ['an overlong form', [0xc0, 0xaf, 0xe0, 0x80, 0xaf], '<0xC0><0xAF><0xE0><0x80><0xAF>'],
  ['half of a surrogate pair', [0xed, 0xa0, 0x80], '<0xED><0xA0><0x80>'],
  ['what lies above U+10FFFF', [0xf4, 0x90, 0x80, 0x80], '<0xF4><0x90><0x80><0x80>'],
])('shows %s byte by byte', (_name, bytes, text) => {
  for (const sizes of [[1], [2], [9]]) expect(joined(bytes, sizes)).toBe(text)
})
