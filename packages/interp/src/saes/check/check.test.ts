// Figures of a self-check against `sae_lens.evals`, verdicts against cases made by hand.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { EvaluationBatch } from '../evaluation.js'
import { ceRecovered } from '../metrics.js'
import { fixtureJson, fixtureTensors } from '../testing.js'
import { measureSae, type SaeMeasurement } from './measure.js'
import { doubtful, type Trial, type VerdictInput, verdictOf } from './verdict.js'

const Figures = z.looseObject({
  downstream: z.record(z.string(), z.number()),
  quality: z.record(z.string(), z.number()),
  fvu: z.number(),
})
const Golden = z.looseObject({ ignore_tokens: z.array(z.int()), all_tokens: Figures, ignoring: Figures })

/** Losses [batch, seq − 1] by definition. */
function losses(logits: Float32Array, { tokens, batch, seq }: EvaluationBatch, vocab: number): Float32Array {
  const out: number[] = []
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t + 1 < seq; t++) {
      const row = logits.subarray((b * seq + t) * vocab, (b * seq + t + 1) * vocab)
      const total = row.reduce((sum, value) => sum + Math.exp(value), 0)
      out.push(Math.log(total) - row[tokens[b * seq + t + 1]!]!)
    }
  }
  return Float32Array.from(out)
}

/** Every context a unit by itself. */
const contextsAsUnits = (batches: readonly EvaluationBatch[]): Int32Array[] => {
  let context = 0
  return batches.map(({ batch, seq }) => {
    context += batch
    return Int32Array.from({ length: batch * seq }, (_, row) => context - batch + Math.floor(row / seq))
  })
}

async function measureGolden(set: 'all_tokens' | 'ignoring'): Promise<SaeMeasurement> {
  const golden = Golden.parse(await fixtureJson('metrics/golden.json'))
  const file = await fixtureTensors('metrics/golden.safetensors')
  const [count, batch, seq] = file.info('tokens').shape as [number, number, number]
  const tokens = Int32Array.from(await file.float32('tokens'))
  const names = [
    'x',
    'sae_out',
    'feature_acts',
    ...['original', 'sae', 'ablation'].map((run) => `${set}.logits.${run}`),
  ]
  const tensors = await Promise.all(names.map((name) => file.float32(name)))
  const per = batch * seq
  const batches = Array.from({ length: count }, (_, n) => ({
    tokens: tokens.subarray(n * per, (n + 1) * per),
    batch,
    seq,
  }))
  const part = (tensor: number, n: number): Float32Array => {
    const width = tensors[tensor]!.length / (count * per)
    return tensors[tensor]!.slice(n * per * width, (n + 1) * per * width)
  }
  const of = (wanted: EvaluationBatch): number => batches.findIndex((one) => one.tokens === wanted.tokens)
  const ignored = new Set(set === 'ignoring' ? golden.ignore_tokens : [])
  const [dIn, dSae] = [tensors[0]!.length / (count * per), tensors[2]!.length / (count * per)]
  let now = 0
  return measureSae(
    { batches, units: contextsAsUnits(batches), counted: (token) => !ignored.has(token) },
    {
      activations: async (wanted) => {
        now = of(wanted)
        return { x: part(0, now), target: part(0, now) }
      },
      losses: async (wanted, replacement) => {
        const run = !replacement ? 3 : replacement.every((value) => value === 0) ? 5 : 4
        const logits = part(run, of(wanted))
        return losses(logits, wanted, logits.length / per)
      },
    },
    {
      dOut: dIn,
      dSae,
      encode: async () => ({
        values: part(2, now),
        indices: Int32Array.from({ length: per * dSae }, (_, i) => i % dSae),
        k: dSae,
      }),
      reconstruct: () => part(1, now),
    },
  )
}

it.each(['all_tokens', 'ignoring'] as const)('measures what sae_lens.evals measures over %s', async (set) => {
  const { quality, downstream, fvu } = Golden.parse(await fixtureJson('metrics/golden.json'))[set]
  const found = await measureGolden(set)
  expect(found.l0.value).toBeCloseTo(quality['l0']!, 10)
  expect(found.fvu.value).toBeCloseTo(fvu, 5)
  expect(found.explainedVariance.value).toBeCloseTo(quality['explained_variance']!, 5)
  expect(found.explainedVarianceLegacy.value).toBeCloseTo(quality['explained_variance_legacy']!, 5)
  expect(found.inputNorm.value).toBeCloseTo(quality['l2_norm_in']!, 4)
  expect(found.ceClean.value).toBeCloseTo(downstream['ce_loss_without_sae']!, 4)
  expect(found.ceSae.value).toBeCloseTo(downstream['ce_loss_with_sae']!, 4)
  expect(found.ceZero.value).toBeCloseTo(downstream['ce_loss_with_ablation']!, 4)
  const ratio = ceRecovered(found.ceClean.value, found.ceSae.value, found.ceZero.value)
  expect(ratio).toBeCloseTo(downstream['ce_loss_score']!, 4)
  expect(found.fvu.low).toBeLessThan(found.fvu.value)
  expect(found.fvu.high).toBeGreaterThan(found.fvu.value)
})

describe('verdicts', () => {
  const at = (value: number, low: number | null = value - 0.01, high: number | null = value + 0.01) => ({
    value,
    low,
    high,
  })
  const NONE = { value: Number.NaN, low: null, high: null }
  const input = (fvu: number, l0 = 20, ceRecovered = 0.9, declaredL0: number | null = 20): VerdictInput => ({
    measured: {
      fvu: at(fvu),
      l0: at(l0),
      ceRecovered: at(ceRecovered),
      ceClean: at(3),
      ceZero: at(7),
      tokens: 640,
    },
    site: 'blocks.1.hook_resid_post',
    declaredL0,
    declaredSite: null,
    trials: [],
  })
  const withMeasured = (given: VerdictInput, part: Partial<VerdictInput['measured']>): VerdictInput => ({
    ...given,
    measured: { ...given.measured, ...part },
  })
  const trial = (label: string, fvu: number, gain = at(0.5, 0.4, 0.6), kind: Trial['kind'] = 'site'): Trial => ({
    kind,
    label,
    fvu,
    gain,
    l0: 20,
    tokens: 64,
  })
  const kinds = (given: VerdictInput) => verdictOf(given).reasons.map(({ kind }) => kind)

  it('fit with low FVU and the stated L0', () => {
    expect(verdictOf(input(0.2))).toEqual({ verdict: 'fits', reasons: [] })
    expect(doubtful(input(0.2))).toBe(false)
    expect(verdictOf(input(0.2, 300, 0.9, null)).verdict).toBe('fits')
  })

  it('do not fit, each with its reason', () => {
    expect(kinds(input(1.3))).toEqual(['fvu'])
    expect(kinds(input(0.3, 41))).toEqual(['l0'])
    expect(kinds(input(0.3, 9))).toEqual(['l0'])
    expect(kinds(input(0.9, 20, -0.1))).toEqual(['ce'])
    expect(kinds(input(Number.NaN))).toEqual(['not_finite'])
    expect(doubtful(input(1.3))).toBe(true)
  })

  it('say nothing that the interval does not carry', () => {
    const wide = withMeasured(input(0.4, 20, -0.014), { ceRecovered: at(-0.014, -0.31, 0.34) })
    expect(verdictOf(wide)).toMatchObject({ verdict: 'undecided', reasons: [{ kind: 'unclear' }] })
    expect(verdictOf(wide).reasons[0]!.message).not.toContain('worse')
    expect(verdictOf(withMeasured(input(1.05), { fvu: at(1.05, 0.9, 1.2) })).verdict).toBe('undecided')
    expect(verdictOf(withMeasured(input(0.3, 41), { l0: at(41, 30, 52) })).verdict).toBe('undecided')
    expect(verdictOf(withMeasured(input(0.3), { fvu: at(0.3, null, null) })).verdict).toBe('undecided')
  })

  it('are no "fits" where zeros do not clearly hurt the model', () => {
    const given = withMeasured(input(0.1), { ceRecovered: NONE, ceClean: at(7.51), ceZero: at(4.93) })
    expect(verdictOf(given).verdict).toBe('undecided')
    expect(verdictOf(given).reasons[0]!.message).toContain('do not clearly hurt')
  })

  it('believe the files where they state another site that is good, and better with the whole interval', () => {
    const stated = 'blocks.3.hook_resid_post'
    const near = { ...input(0.25), declaredSite: stated }
    expect(doubtful(near)).toBe(true)
    expect(doubtful({ ...near, declaredSite: near.site })).toBe(false)
    expect(kinds({ ...near, trials: [trial(stated, 0.2, at(0.05, 0.03, 0.07))] })).toEqual(['site'])
    expect(kinds({ ...near, trials: [trial(stated, 0.245, at(0.005, -0.01, 0.02))] })).toEqual([])
    expect(kinds({ ...near, trials: [trial('blocks.2.hook_resid_post', 0.2)] })).toEqual([])
  })

  it('do not say that it belongs where it is hardly better', () => {
    const stated = 'blocks.2.hook_resid_post'
    const given = { ...input(0.788), declaredSite: stated, trials: [trial(stated, 0.779, at(0.009, 0.001, 0.017))] }
    expect(kinds(given)).toEqual([])
  })

  it('name a site or a scale that explains the misfit first', () => {
    const site = trial('blocks.3.hook_resid_post', 0.2)
    expect(kinds({ ...input(1.3), trials: [site] })).toEqual(['site', 'fvu'])
    expect(kinds({ ...input(0.8), trials: [{ ...site, kind: 'scale' }] })).toEqual(['scale'])
    expect(kinds({ ...input(0.3), trials: [site] })).toEqual([])
    expect(kinds({ ...input(0.8), trials: [trial('blocks.3.hook_resid_post', 0.2, at(0.6, -0.1, 1.3))] })).toEqual([])
  })
})
