// The judgement of an SAE, on figures of trainings that went wrong and of some that went well.
import { expect, it } from 'vitest'
import { type JudgedFigures, judgeSae } from './judge.js'

const GOOD: JudgedFigures = {
  fvu: 0.08,
  l0: 32,
  l0Median: 32,
  ceRecovered: 0.98,
  deadShare: 0.02,
  dIn: 128,
  dSae: 2048,
}
const judged = (part: Partial<JudgedFigures>) =>
  judgeSae({ ...GOOD, ...part }).map(({ kind, severity }) => `${kind} ${severity}`)
const at = (value: number, low: number, high: number) => ({ value, low, high })

it('finds nothing wrong with an SAE that can be used', () => {
  expect(judgeSae(GOOD)).toEqual([])
  // Nothing is said of what was not measured.
  expect(judged({ fvu: null, l0: null, l0Median: null, ceRecovered: null, deadShare: null })).toEqual([])
})

it('sees a collapse: no feature, nothing explained, the model not served', () => {
  const collapsed = { fvu: 0.99, l0: 0.3, l0Median: 0, ceRecovered: 0.1, deadShare: 0.97 }
  expect(judged(collapsed)).toEqual(['reconstruction useless', 'silent useless', 'cross_entropy weak', 'dead weak'])
  expect(judgeSae({ ...GOOD, ...collapsed })[0]!.message).toContain('FVU is 0.99')
})

it.each([
  [{ fvu: 0.95 }, ['reconstruction useless']],
  [{ fvu: 0.6 }, ['reconstruction weak']],
  [{ l0: 0.4 }, ['silent useless']],
  [{ l0Median: 0 }, ['silent useless']],
  [{ l0: 1600 }, ['dense useless']],
  [{ l0: 200 }, ['dense weak']],
  [{ ceRecovered: -0.2 }, ['cross_entropy useless']],
  [{ ceRecovered: 0.1 }, ['cross_entropy weak']],
  [{ deadShare: 0.696 }, ['dead weak']],
] as const)('%j', (part, wanted) => expect(judged(part)).toEqual(wanted))

it('says only what the interval carries', () => {
  expect(judged({ fvu: at(0.95, 0.85, 1.05) })).toEqual(['reconstruction weak'])
  expect(judged({ fvu: at(0.55, 0.45, 0.65) })).toEqual([])
  expect(judged({ ceRecovered: at(-0.014, -0.31, 0.34) })).toEqual(['cross_entropy weak'])
  expect(judged({ ceRecovered: at(0.4, 0.2, 0.6) })).toEqual([])
  expect(judged({ l0: at(0.8, 0.4, 1.2) })).toEqual([])
})
