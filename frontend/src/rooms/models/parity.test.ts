import { type ParityCheck, type ParityReport, paritySummary } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { figureText, paritySections, parityWords, toleranceText, variantText } from './parity.js'

const check = (name: string, change: Partial<ParityCheck> = {}): ParityCheck => ({
  name,
  group: 'golden',
  variant: { threads: 1, optimise: true },
  figure: 1e-6,
  mean: 1e-7,
  unit: '',
  tolerance: 1e-4,
  pass: true,
  count: 10,
  detail: '',
  ...change,
})
const report = (checks: ParityCheck[], skipped: ParityReport['skipped'] = []) => ({ checks, skipped }) as ParityReport

describe('paritySections', () => {
  it('folds ways of running into one row that shows the worst', () => {
    const [section] = paritySections(
      report([check('logits'), check('logits', { figure: 3e-6 }), check('loss', { figure: 2 })]),
    )
    expect(section?.rows.map(({ name, worst, checks }) => [name, worst.figure, checks.length])).toEqual([
      ['logits', 3e-6, 2],
      ['loss', 2, 1],
    ])
  })

  it('takes a failure and a figure that is no number as worse than any that passed', () => {
    const failing = check('logits', { pass: false, figure: 1e-3 })
    const broken = check('logits', { pass: false, figure: null })
    const [section] = paritySections(report([check('logits', { figure: 5 }), failing, broken]))
    expect(section?.rows[0]?.checks.map(({ figure }) => figure)).toEqual([null, 1e-3, 5])
    expect(section?.rows[0]?.failed).toBe(2)
  })

  it('keeps groups in their order, with what was skipped, and can show failures alone', () => {
    const checks = [check('logits', { pass: false }), check('finite values', { group: 'numerics', variant: null })]
    const all = paritySections(report(checks, [{ group: 'precision', reason: 'Full precision.' }]))
    expect(all.map(({ group }) => group)).toEqual(['numerics', 'golden', 'precision'])
    expect(all[2]?.skipped).toEqual(['Full precision.'])
    expect(paritySections(report(checks), true).map(({ group }) => group)).toEqual(['golden'])
  })
})

describe('what a badge says', () => {
  const measured = check('loss on text', { tolerance: null, unit: 'nats' })
  const trip = check('tokenizer round trip', { tolerance: null, unit: 'texts', figure: 2 })
  const words = (checks: ParityCheck[]) =>
    parityWords(paritySummary({ ...report(checks), startedAt: '2026-01-01T00:00:00.000Z' }))

  it('counts as passed only what had a limit to pass', () => {
    expect(words([check('a'), check('b'), measured])).toEqual({
      text: 'all 2 checks passed, 1 measured',
      tone: 'emerald',
    })
    expect(words([check('a'), { ...trip, figure: 0 }]).text).toBe('all 1 check passed, 1 measured')
  })

  it('marks texts that a tokenizer gave back changed', () => {
    expect(words([check('a'), trip])).toEqual({ text: 'all 1 check passed, 1 remark', tone: 'amber' })
    expect(words([{ ...trip, pass: false }, check('a')])).toEqual({ text: '1 of 2 checks failed', tone: 'red' })
  })

  it('claims nothing of reports that did not tell them apart', () => {
    expect(parityWords({ passed: 7, failed: 0, measured: undefined, remarks: 0 }).text).toBe('no check failed')
  })
})

describe('texts', () => {
  it('say figures, limits and ways of running', () => {
    expect(figureText(check('a', { figure: null }))).toBe('not finite')
    expect(figureText(check('a', { figure: 1.5, unit: 'nats' }))).toBe('1.5 nats')
    expect(toleranceText(check('a', { tolerance: 0 }))).toBe('exactly 0')
    expect(toleranceText(check('a', { tolerance: null }))).toBe('–')
    expect(variantText(check('a', { variant: { threads: 2, optimise: false } }))).toBe('2 threads, graph as it is')
  })
})
