// Figures of a self-check against `sae_lens.evals`, intervals against textbook formulas, verdicts against cases made by hand.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { EvaluationBatch } from '../evaluation.js'
import { fixtureJson, fixtureTensors } from '../testing.js'
import { jackknife, studentQuantile } from './jackknife.js'
import { measureSae, type SaeMeasurement } from './measure.js'
import { doubtful, verdictOf } from './verdict.js'

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
    { batches, counted: (token) => !ignored.has(token) },
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
      ...{ dOut: dIn, dSae },
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
  expect(found.ceRecovered.value).toBeCloseTo(downstream['ce_loss_score']!, 4)
  expect(found.fvu.low).toBeLessThan(found.fvu.value)
  expect(found.fvu.high).toBeGreaterThan(found.fvu.value)
})

describe('intervals', () => {
  it('of a mean are mean ± t · s / √n', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6]
    const n = values.length
    const mean = values.reduce((a, b) => a + b) / n
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
    const total = mean * n
    const found = jackknife(
      mean,
      values.map((value) => (total - value) / (n - 1)),
    )
    expect(found.low).toBeCloseTo(mean - (studentQuantile(n - 1) * deviation) / Math.sqrt(n), 10)
    expect(found.high).toBeCloseTo(mean + (studentQuantile(n - 1) * deviation) / Math.sqrt(n), 10)
  })

  it('use the t that tables give', () => {
    for (const [degrees, t] of [
      [4, 2.776],
      [7, 2.365],
      [10, 2.228],
      [30, 2.042],
      [1000, 1.962],
    ] as const) {
      expect(Math.abs(studentQuantile(degrees) / t - 1)).toBeLessThan(0.005)
    }
  })

  it('are not given for three contexts or figures that are not finite', () => {
    expect(jackknife(1, [1, 1, 1])).toEqual({ value: 1, low: null, high: null })
    expect(jackknife(1, [1, 2, Number.NaN, 1])).toEqual({ value: 1, low: null, high: null })
  })
})

describe('verdicts', () => {
  const at = (value: number, low: number | null = null, high: number | null = null) => ({ value, low, high })
  const input = (fvu: number, l0 = 20, ceRecovered = 0.9, declaredL0: number | null = 20) => ({
    measured: { fvu: at(fvu), l0: at(l0), ceRecovered: at(ceRecovered), tokens: 640 },
    ...{ site: 'blocks.1.hook_resid_post', declaredL0, declaredSite: null, trials: [] },
  })
  const kinds = (given: Parameters<typeof verdictOf>[0]) => verdictOf(given).reasons.map(({ kind }) => kind)

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

  it('believe the files where they state another site of the stream that is better than the interval', () => {
    const near = { ...input(0.25), declaredSite: 'blocks.3.hook_resid_post' }
    near.measured = { ...near.measured, fvu: at(0.25, 0.24, 0.26) }
    const trial = (label: string, fvu: number) => ({ kind: 'site' as const, label, fvu, l0: 20, tokens: 64 })
    expect(doubtful(near)).toBe(true)
    expect(doubtful({ ...near, declaredSite: near.site })).toBe(false)
    expect(kinds({ ...near, trials: [trial('blocks.3.hook_resid_post', 0.2)] })).toEqual(['site'])
    expect(kinds({ ...near, trials: [trial('blocks.3.hook_resid_post', 0.245)] })).toEqual([])
    expect(kinds({ ...near, trials: [trial('blocks.2.hook_resid_post', 0.2)] })).toEqual([])
  })

  it('name a site or a scale that explains the misfit first', () => {
    const trial = { label: 'blocks.3.hook_resid_post', fvu: 0.2, l0: 20, tokens: 64 }
    expect(kinds({ ...input(1.3), trials: [{ ...trial, kind: 'site' }] })).toEqual(['site', 'fvu'])
    expect(kinds({ ...input(0.8), trials: [{ ...trial, kind: 'scale' }] })).toEqual(['scale'])
    expect(kinds({ ...input(0.3), trials: [{ ...trial, kind: 'site' }] })).toEqual([])
  })
})
