// Figures that were stored before they had intervals open, under the names of what they were.
import { describe, expect, it } from 'vitest'
import { jobWarnings } from '../index.js'
import { SaeCheckSchema } from '../saes/check.js'
import { TRAINING_METRICS } from '../trainings/metrics.js'
import { TrainingSummarySchema } from '../trainings/training.js'
import { SAE_FIGURES } from './figures.js'
import { judgeCheck, judgeLatest, judgeSummary } from './judged.js'

const OLD = {
  steps: 1000,
  tokens: 1_024_000,
  loss: 3,
  fvu: 0.99,
  l0: 0.4,
  deadShare: 0.7,
  kl: 1.5,
  heldOutTokens: 16_384,
  ceClean: 3,
  ceSae: 6.5,
  ceZero: 7,
  ceRecovered: 0.125,
  harvestTokensPerSecond: 1,
  stepTokensPerSecond: 1,
  seconds: 1,
}
const WIDTHS = { dIn: 128, dSae: 2048 }

describe('summaries of before', () => {
  it('open, with what took every position under that name', () => {
    const before = JSON.stringify(OLD)
    const summary = TrainingSummarySchema.parse(OLD)
    expect(summary).toMatchObject({ ceRecovered: null, ceClean: null, kl: null, fvu: 0.99, deadShare: 0.7 })
    expect(summary.everyPosition).toEqual({ ceClean: 3, ceSae: 6.5, ceZero: 7, ceRecovered: 0.125, kl: 1.5 })
    expect(TrainingSummarySchema.parse(summary)).toEqual(summary)
    expect(JSON.stringify(OLD)).toBe(before)
  })

  it('lose a ratio that has no meaning, and are judged as others are', () => {
    const summary = TrainingSummarySchema.parse({ ...OLD, ceClean: 7.51, ceSae: 7.57, ceZero: 4.93, ceRecovered: 1.02 })
    expect(summary.everyPosition?.ceRecovered).toBeNull()
    expect(judgeSummary(summary, WIDTHS).map(({ kind }) => kind)).toEqual(['reconstruction', 'silent', 'dead'])
  })
})

const at = (value: number, half = 0.1) => ({ value, low: value - half, high: value + half })
const CHECK = {
  verdict: 'fits',
  reasons: [],
  notes: [],
  site: 'blocks.1.hook_resid_post',
  siteOut: null,
  trials: [],
  seconds: 1,
  model: { id: '00000000-0000-4000-8000-000000000000', name: 'tiny', precision: 'float32' },
  text: { name: 'stories', tokenizationId: null, contexts: 16, contextSize: 128, tokens: 2032 },
  figures: {
    l0: at(12),
    fvu: at(0.3),
    explainedVariance: at(0.7),
    explainedVarianceLegacy: at(0.7),
    ceRecovered: at(1.02),
    ceClean: at(7.51),
    ceSae: at(7.57),
    ceZero: at(4.93),
    inputNorm: at(5),
    deadShare: 0.9,
  },
  at: '2026-01-01T00:00:00.000Z',
}

describe('self-checks of before', () => {
  it('open without a ratio that means nothing, and then say no "fits"', () => {
    const check = SaeCheckSchema.parse(CHECK)
    expect(check.figures.ceRecovered.value).toBeNull()
    expect(check.verdict).toBe('undecided')
    expect(SaeCheckSchema.parse(JSON.parse(JSON.stringify(check)))).toEqual(check)
  })

  it('keep what has a meaning', () => {
    const figures = { ...CHECK.figures, ceZero: at(9), ceRecovered: at(0.97) }
    expect(SaeCheckSchema.parse({ ...CHECK, figures })).toMatchObject({ verdict: 'fits', figures })
  })

  it('are not judged by dead features on few tokens', () => {
    const check = SaeCheckSchema.parse({
      ...CHECK,
      figures: { ...CHECK.figures, ceZero: at(9), ceRecovered: at(0.97) },
    })
    expect(judgeCheck(check, WIDTHS)).toEqual([])
    const much = { ...check, text: { ...check.text, tokens: 100_000 } }
    expect(judgeCheck(much, WIDTHS).map(({ kind }) => kind)).toEqual(['dead'])
  })
})

it('a training that goes on is judged once it was evaluated', () => {
  expect(judgeLatest({ dead: 2000, l0: 0 }, WIDTHS)).toEqual([])
  const latest = { dead: 1425, heldout_fvu: 0.2, heldout_l0: 30, heldout_l0_p50: 30, ce_recovered: 0.9 }
  expect(judgeLatest(latest, WIDTHS).map(({ kind }) => kind)).toEqual(['dead'])
})

it('one name has one definition: metrics of trainings take theirs from the table', () => {
  for (const [key, figure] of [
    ['heldout_fvu', 'fvu'],
    ['heldout_l0', 'l0'],
    ['ce_clean', 'ceClean'],
    ['ce_sae', 'ceSae'],
    ['ce_zero', 'ceZero'],
    ['ce_recovered', 'ceRecovered'],
    ['ce_recovered_every_position', 'ceRecoveredEveryPosition'],
    ['kl', 'kl'],
    ['heldout_dead_share', 'neverFired'],
    ['dead', 'dead'],
  ] as const)
    expect(TRAINING_METRICS[key].definition).toContain(SAE_FIGURES[figure].text)
  const labels = [...Object.values(SAE_FIGURES)].map(({ label }) => label)
  expect(new Set(labels).size).toBe(labels.length)
  const metricLabels = Object.values(TRAINING_METRICS).map(({ label }) => label)
  expect(metricLabels.filter((label, n) => metricLabels.indexOf(label) !== n)).toEqual([])
})

it('a finished job gives the warnings of its result', () => {
  expect(jobWarnings({ state: 'completed', result: { saes: [], warnings: ['69.6 % dead'] } })).toEqual(['69.6 % dead'])
  expect(jobWarnings({ state: 'running', result: { warnings: ['x'] } })).toEqual([])
  expect(jobWarnings({ state: 'completed', result: null })).toEqual([])
  expect(jobWarnings({ state: 'completed', result: { saes: [] } })).toEqual([])
})
