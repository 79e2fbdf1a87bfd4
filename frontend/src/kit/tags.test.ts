// Guards what is typed as tags: each once, without blanks around it, and what the server would refuse is said before.
import { expect, it } from 'vitest'
import { tagsOf, tagsProblem } from './tags.js'

it('tags are separated by commas, each once', () => {
  expect(tagsOf(' paper, layer 3 ,,paper')).toEqual(['paper', 'layer 3'])
  expect(tagsOf(' ')).toEqual([])
})

it('too long and too many tags are named', () => {
  expect(tagsProblem('a, b')).toBeNull()
  expect(tagsProblem('x'.repeat(41))).toContain('longer than 40')
  expect(tagsProblem(Array.from({ length: 21 }, (_, i) => i).join())).toBe('These are 21 tags; at most 20 are kept.')
})
