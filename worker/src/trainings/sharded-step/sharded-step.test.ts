// The sharded step against SAELens (goldens of SAETrainer.fit) and against the plain float64 loop, at 1 and 2 threads.
// The threads run the compiled build of this package.

import { initialState, parseTopkTrainingConfig, trainableSae } from '@mistudio/interp'
import { afterEach, describe, expect, it } from 'vitest'
import { distance, fromSaeLens, goldenTraining, relativeDistance, toSaeLens, transposed } from '../testing.js'
import { ShardedStep } from './sharded-step.js'

const open: ShardedStep[] = []
async function start(config: ReturnType<typeof parseTopkTrainingConfig>, batchSize: number, threads: number) {
  const step = await ShardedStep.open({ config, batchSize, threads })
  open.push(step)
  return step
}
afterEach(async () => {
  for (const step of open.splice(0)) await step.close()
})

const CASES = ['topk_rescale', 'topk_norescale_nobdec', 'topk_no_dead'] as const

describe.each(CASES)('SAELens case %s', (name) => {
  it.each([1, 2])('losses, gradients and parameters over ten steps on %i thread(s)', async (threads) => {
    const golden = await goldenTraining(name)
    const { config, batch } = golden
    const step = await start(config, batch, threads)
    await step.load(fromSaeLens(golden.params, golden.sinceFired, config))
    for (let n = 0; n < 10; n++) {
      const x = golden.x(n)
      const metrics = await step.step(x, { lr: golden.series.lr[n]! })
      expect(relativeDistance(metrics.mse, golden.series.mse[n]!)).toBeLessThan(1e-5)
      expect(Math.abs(metrics.aux - golden.series.aux[n]!)).toBeLessThan(1e-5 * Math.max(1e-3, golden.series.aux[n]!))
      expect(relativeDistance(metrics.loss, golden.series.total[n]!)).toBeLessThan(1e-5)
      expect(relativeDistance(metrics.gradNorm, golden.series.gradNorm[n]!)).toBeLessThan(5e-5)
      expect(metrics.explainedVariance).toBeCloseTo(golden.series.explainedVariance[n]!, 4)
      expect(metrics.l0).toBe(golden.series.l0[n])
      if (n === 0) {
        const found = await step.inspect(batch)
        expect(metrics.dead).toBe(golden.dead.filter(Boolean).length)
        const out = found.error.map((value, i) => value + x[i]!)
        expect(distance(out, golden.out)).toBeLessThan(2e-5 * largest(golden.out))
        const { gradients } = golden
        for (const [ours, theirs] of [
          [transposed(found.wEnc, config.dSae, config.dIn), gradients.W_enc],
          [found.wDec, gradients.W_dec],
          [found.bEnc, gradients.b_enc],
          [found.bDec, gradients.b_dec],
        ] as const) {
          expect(distance(ours, theirs)).toBeLessThan(5e-5 * largest(theirs))
        }
      }
      if (n === 0 || n === 9) {
        const after = toSaeLens(await step.state(), config)
        const wanted = n === 0 ? golden.after1 : golden.after10
        for (const key of ['W_enc', 'W_dec', 'b_enc', 'b_dec'] as const) {
          const allowed = n === 0 ? 2e-6 : golden.after10Tolerance
          const worst = Math.max(
            ...Array.from(after[key], (value, i) => {
              const small = n === 0 && Math.abs(golden.gradients[key][i]!) < 1e-6
              return Math.abs(value - wanted[key][i]!) - (small ? 2 * golden.series.lr[0]! : 0)
            }),
          )
          expect(worst, key).toBeLessThan(allowed)
        }
      }
    }
    expect([...(await step.state()).sinceFired]).toEqual([...golden.sinceFiredAfter10])
  })
})

describe('against the plain loop', () => {
  // Few features and many tokens: every feature repeats many times. Odd sizes: padding and unequal shards.
  const config = parseTopkTrainingConfig({
    dIn: 21,
    dSae: 39,
    k: 7,
    auxCoefficient: 0.7,
    deadWindow: 3,
    applyBDecToInput: true,
    rescaleByDecoderNorm: true,
    clipGradNorm: 1,
    adamBeta1: 0.9,
    adamBeta2: 0.999,
  })
  const random = (() => {
    let seed = 12345
    return () => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
      return seed / 0x7fffffff - 0.5
    }
  })()
  const batch = Float32Array.from({ length: 200 * config.dIn }, () => random() * 3)
  const state = initialState(config.dIn, config.dSae, 5)
  state.bEnc.set(state.bEnc.map(() => random() * 0.1))
  state.bDec.set(state.bDec.map(() => random()))
  state.sinceFired.set(state.sinceFired.map((_, j) => (j % 4 === 0 ? 9 : 0)))

  it.each([1, 2])('gradients with repeated features are exact on %i thread(s)', async (threads) => {
    const step = await start(config, 200, threads)
    await step.load(state)
    const metrics = await step.step(batch, { lr: 1e-3 })
    const found = await step.inspect(200)
    const p = toSaeLens(state, config)
    const x = Float64Array.from(batch)
    const reference = trainableSae({
      ...{ architecture: 'topk', d_in: config.dIn, d_sae: config.dSae, k: config.k },
      aux_loss_coefficient: config.auxCoefficient,
    })
    const dead = Uint8Array.from(state.sinceFired, (since) => (since > config.deadWindow ? 1 : 0))
    const pass = reference.pass({ ...p }, { tokens: 200, x, target: x, dead, coefficients: {} })
    const wanted = pass.gradients() as Record<keyof typeof p, Float64Array>
    expect(relativeDistance(metrics.mse, pass.losses['mse_loss']!)).toBeLessThan(1e-5)
    expect(relativeDistance(metrics.aux, pass.losses['auxiliary_reconstruction_loss']!)).toBeLessThan(1e-5)
    expect(distance(transposed(found.wEnc, config.dSae, config.dIn), wanted.W_enc)).toBeLessThan(
      2e-5 * largest(wanted.W_enc),
    )
    expect(distance(found.wDec, wanted.W_dec)).toBeLessThan(2e-5 * largest(wanted.W_dec))
    expect(distance(found.bEnc, wanted.b_enc)).toBeLessThan(2e-5 * largest(wanted.b_enc))
    expect(distance(found.bDec, wanted.b_dec)).toBeLessThan(2e-5 * largest(wanted.b_dec))
  })

  it('a step resumed from its state gives the same bits as one that went on', async () => {
    const [first, second] = [await start(config, 200, 2), await start(config, 200, 2)]
    await first.load(state)
    for (let n = 0; n < 5; n++) await first.step(batch, { lr: 1e-2 })
    await second.load(await first.state())
    for (let n = 0; n < 3; n++) {
      const half = batch.subarray(0, 100 * config.dIn)
      expect(await second.step(half, { lr: 1e-2 })).toEqual(await first.step(half, { lr: 1e-2 }))
    }
    expect(await second.state()).toEqual(await first.state())
  })

  it('refuses a batch that does not fit and goes on afterwards', async () => {
    const step = await start(config, 200, 2)
    await step.load(state)
    await expect(step.step(new Float32Array(config.dIn + 1), { lr: 1 })).rejects.toMatchObject({
      code: 'training_invalid',
    })
    await expect(step.step(new Float32Array(201 * config.dIn), { lr: 1 })).rejects.toMatchObject({
      code: 'training_invalid',
    })
    expect((await step.step(batch, { lr: 1e-3 })).l0).toBeGreaterThan(0)
  })
})

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
