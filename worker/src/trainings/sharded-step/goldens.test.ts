// The sharded step against SAELens: goldens of SAETrainer.fit over ten steps, on one and two threads. The threads run the compiled build
// of this package. Another folder of cases: SAE_TRAIN_GOLDENS=FOLDER npm test -- worker/src/trainings/sharded-step/goldens.test.ts
import { parseProvider } from '@mistudio/onnx/ort'
import { afterEach, describe, expect, it } from 'vitest'
import { distance, goldenTraining, largest, relativeDistance, shardedGoldens } from '../testing.js'
import { ShardedStep } from './sharded-step.js'

const CASES = await shardedGoldens()
/** For machines that have another: SAE_TRAIN_PROVIDER=cuda. */
const provider = parseProvider(process.env['SAE_TRAIN_PROVIDER'] ?? 'cpu')

const open: ShardedStep[] = []
afterEach(async () => {
  for (const step of open.splice(0)) await step.close()
})

describe.each(CASES)('SAELens case %s', (name) => {
  it.each([1, 2])('losses, gradients and parameters over ten steps on %i thread(s)', async (threads) => {
    const golden = await goldenTraining(name)
    const { sae, trainer, batch, series } = golden
    const step = await ShardedStep.open({ sae, trainer, batchSize: batch, threads, provider })
    open.push(step)
    await step.load(golden.start)
    const gradients = await golden.group('step0.grad.')
    for (let n = 0; n < 10; n++) {
      const metrics = await step.step(golden.x(n))
      for (const [key, value] of Object.entries({ ...metrics.losses, total: metrics.loss })) {
        const wanted = series[`loss.${key}`]![n]!
        expect(Math.abs(value - wanted), `${key} at step ${n}`).toBeLessThan(1e-5 * Math.max(1e-3, Math.abs(wanted)))
      }
      expect(relativeDistance(metrics.gradNorm, series['grad_norm']![n]!)).toBeLessThan(5e-5)
      expect(metrics.explainedVariance).toBeCloseTo(series['explained_variance']![n]!, 4)
      expect(metrics.explainedVarianceLegacy).toBeCloseTo(series['explained_variance_legacy']![n]!, 4)
      expect(metrics.l0).toBe(series['l0']![n])
      expect(metrics.dead).toBe(series['dead']![n])
      expect(relativeDistance(metrics.learningRate, series['lr']![n]!)).toBeLessThan(1e-9)
      const { parameters, topkThreshold } = await step.read()
      const threshold = series['topk_threshold_after_step']?.[n]
      if (threshold !== undefined) expect(relativeDistance(topkThreshold, threshold)).toBeLessThan(1e-5)
      if (n === 0) {
        const found = await step.gradients()
        for (const [key, wanted] of Object.entries(gradients)) {
          expect(distance(found[key]!, wanted), key).toBeLessThan(5e-5 * largest(wanted))
        }
      }
      if (n > 0 && n < 9) continue
      for (const [key, wanted] of Object.entries(await golden.group(n === 0 ? 'after1.' : 'after10.'))) {
        // Adam's first step is a sign: an entry with next to no gradient may go either way.
        const free = (i: number) => (n === 0 && Math.abs(gradients[key]![i]!) < 1e-6 ? 2 * metrics.learningRate : 0)
        const worst = largest(wanted.map((value, i) => Math.max(0, Math.abs(parameters[key]![i]! - value) - free(i))))
        expect(worst, key).toBeLessThan(n === 0 ? 2e-6 : golden.after10Tolerance)
      }
    }
    expect([...(await step.read()).sinceFired]).toEqual([...golden.sinceFiredAfter10])
  })
})
