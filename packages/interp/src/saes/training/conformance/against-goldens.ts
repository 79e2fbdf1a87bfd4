// An engine against SAELens: losses, gradients, parameters and every logged series over ten steps of its trainer.
import type { ProbedTrainStep, StepEngine } from '../../train-step.js'
import { type Check, distance, largest, near, relativelyNear, same } from './checks.js'
import { goldenTraining, goldenTrainings } from './goldens.js'

type Golden = Awaited<ReturnType<typeof goldenTraining>>

/** One check per golden training in `folder` that the engine computes. */
export async function goldenChecks(engine: StepEngine, threads: number, folder: string): Promise<Check[]> {
  const all = await goldenTrainings(folder)
  return all
    .filter(({ sae }) => engine.trains(sae))
    .map(({ name }) => ({
      name: `SAELens's training ${name}: losses, gradients and parameters over ten steps`,
      run: async () => {
        const golden = await goldenTraining(folder, name)
        const { sae, trainer, batch: batchSize } = golden
        const step = await engine.open({ sae, trainer, batchSize, threads, keepGradients: true })
        try {
          await follow(step, golden)
        } finally {
          await step.close()
        }
      },
    }))
}

async function follow(step: ProbedTrainStep, golden: Golden): Promise<void> {
  await step.load(golden.start)
  const first = await golden.group('step0.grad.')
  for (let n = 0; n < 10; n++) {
    const learningRate = await oneStep(step, golden, n)
    if (n === 0) await gradientsAgree(step, first)
    if (n > 0 && n < 9) continue
    const { parameters } = await step.read()
    for (const [key, wanted] of Object.entries(await golden.group(n === 0 ? 'after1.' : 'after10.'))) {
      // Adam's first step is a sign: an entry with next to no gradient may go either way.
      const free = (i: number) => (n === 0 && Math.abs(first[key]![i]!) < 1e-6 ? 2 * learningRate : 0)
      const worst = largest(wanted.map((value, i) => Math.max(0, Math.abs(parameters[key]![i]! - value) - free(i))))
      near(worst, 0, n === 0 ? 2e-6 : golden.after10Tolerance, `${key} after ${n + 1} step(s)`)
    }
  }
  same((await step.read()).sinceFired, golden.sinceFiredAfter10, 'steps since each feature fired')
}

/** Returns the learning rate of the step. */
async function oneStep(step: ProbedTrainStep, { series, x }: Golden, n: number): Promise<number> {
  const metrics = await step.step(x(n))
  const at = (name: string): number => series[name]![n]!
  for (const [key, value] of Object.entries({ ...metrics.losses, total: metrics.loss })) {
    const wanted = at(`loss.${key}`)
    near(value, wanted, 1e-5 * Math.max(1e-3, Math.abs(wanted)), `${key} at step ${n}`)
  }
  relativelyNear(metrics.gradNorm, at('grad_norm'), 5e-5, `gradient norm at step ${n}`)
  near(metrics.explainedVariance, at('explained_variance'), 5e-5, `explained variance at step ${n}`)
  near(metrics.explainedVarianceLegacy, at('explained_variance_legacy'), 5e-5, `its older form at step ${n}`)
  same(metrics.l0, at('l0'), `L0 at step ${n}`)
  same(metrics.dead, at('dead'), `dead features at step ${n}`)
  relativelyNear(metrics.learningRate, at('lr'), 1e-9, `learning rate at step ${n}`)
  const threshold = series['topk_threshold_after_step']?.[n]
  if (threshold !== undefined) {
    relativelyNear((await step.read()).topkThreshold, threshold, 1e-5, `threshold after step ${n}`)
  }
  return metrics.learningRate
}

async function gradientsAgree(step: ProbedTrainStep, wanted: Readonly<Record<string, Float64Array>>): Promise<void> {
  const found = await step.gradients()
  for (const [key, gradient] of Object.entries(wanted)) {
    // A parameter that nothing reaches has gradients of zero.
    near(distance(found[key]!, gradient), 0, 5e-5 * largest(gradient) || Number.MIN_VALUE, `gradient of ${key}`)
  }
}
