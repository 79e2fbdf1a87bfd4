// Guards: regular expressions are judged by counted work, so the judgement is the same on every machine; published ones always pass.
import { expect, it, vi } from 'vitest'
import { StepCounter, TooMuchWork } from './expression-work.js'
import { expressionOf, matchesOf } from './expressions.js'
import { requireBoundedWork, unknownExpressions } from './patterns.js'
import { PUBLISHED } from './published-expressions.js'

const of = (Regex: string) => expressionOf({ Regex })
const file = (written: string) => ({ written, expression: of(written) })

it('counts the same steps every time, and as many as the definition of backtracking has', () => {
  const counter = new StepCounter(/a+b/gu)
  // From each of three places: one step per try of a repetition, one per character read, one for b at each end given back.
  expect(counter.count('aaa', 1000)).toBe(counter.count('aaa', 1000))
  expect(counter.count('b', 1000)).toBe(2)
  expect(() => new StepCounter(/(?:a+)+b/gu).count('a'.repeat(40), 100_000)).toThrow(TooMuchWork)
})

it('finds what the engine finds: its steps are those of a matcher that is right', () => {
  const text = "I'VE  seen\n\n aab ab é中 x1234 -- ok "
  for (const Regex of [
    ...PUBLISHED,
    String.raw`(?:(?=(?<_1>a+))\k<_1>)b|\b\w+\b|(?<=\s)\s|(?<!a)b`,
    'a{2}b|x\\d{2,3}?',
  ]) {
    const expression = of(Regex)
    expect(new StepCounter(expression).matches(text)).toEqual(
      matchesOf(expression, text).map(([from, to]) => text.slice(from, to)),
    )
  }
})

it.each(PUBLISHED)('knows %s, whose work is a few steps per character on every kind of run', (Regex) => {
  expect(unknownExpressions([file(Regex)])).toEqual([])
  // Judged like an unknown one, it passes as well.
  expect(() => requireBoundedWork([file(Regex)])).not.toThrow()
})

it('judges without a clock: an hour that passes meanwhile changes nothing', () => {
  let hour = 0
  vi.spyOn(Date, 'now').mockImplementation(() => (hour += 3_600_000))
  vi.spyOn(performance, 'now').mockImplementation(() => (hour += 3_600_000))
  try {
    expect(() => requireBoundedWork([file(String.raw`\s+$|[^\r\n\p{L}]?\p{L}++|.`)])).not.toThrow()
  } finally {
    vi.restoreAllMocks()
  }
})

it.each([
  ['(x+x+)+y', 'x'],
  ['Q(?:é+)+z', 'é'],
  [String.raw`(\w+\s*)+:`, 'a'],
  ['(.*)(.*)(.*)(.*)=', 'a'],
])('refuses %s, naming it and a text', (Regex, run) => {
  const judge = () => requireBoundedWork([file(Regex)])
  expect(judge).toThrow(/takes too long.*square of the length/)
  expect(judge).toThrow(Regex)
  expect(judge).toThrow(run.repeat(8))
})
