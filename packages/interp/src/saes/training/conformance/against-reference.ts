// An engine against the plain reference: losses, gradients, counters and parameters over ten steps of every case, batches whose tokens
// share their features, ties, and batches longer than one pass.
import type { ProbedTrainStep, StepEngine } from '../../train-step.js'
import { initialParameters } from '../initialise.js'
import { trainableSae } from '../trainable.js'
import { type TrainerOptions, type TrainerStep, trainerState, trainStep } from '../trainer.js'
import { BATCH, CASES, type Case, copyOf, D_IN, floats, STEPS, type Start, startOf, TRAINER } from './cases.js'
import { below, type Check, distance, largest, near, relativelyNear, same } from './checks.js'

type Gradients = Readonly<Record<string, ArrayLike<number>>>

export function referenceChecks(engine: StepEngine, threads: number): Check[] {
  const trained = ({ fields }: Pick<Case, 'fields'>) => engine.trains(startOf(fields).sae)
  return [
    ...CASES.filter(trained).map((one) => ({
      name: `${one.name}: losses, gradients and parameters of the reference over ten steps`,
      run: () => tenSteps(engine, threads, one),
    })),
    ...SHARED_FEATURES.filter(trained).map(({ name, fields }) => ({
      name: `${name}: gradients add up over all tokens that share their features`,
      run: () => sharedFeatures(engine, threads, fields),
    })),
    ...[TIES].filter(trained).map(({ name, fields }) => ({
      name: `${name}: the first of equal activations of a batch are kept`,
      run: () => ties(engine, threads, fields),
    })),
    ...MOSTLY_DEAD.filter(trained).map(({ name, fields }) => ({
      name: `${name}: a long batch with nearly all features dead`,
      run: () => mostlyDead(engine, fields),
    })),
  ]
}

/** Opens a step at a state, runs `work`, closes it. */
async function opened(
  engine: StepEngine,
  threads: number,
  { sae, state }: Start,
  options: Partial<TrainerOptions>,
  work: (step: ProbedTrainStep) => Promise<void>,
): Promise<void> {
  const trainer = { ...TRAINER, ...options }
  const step = await engine.open({ sae, trainer, batchSize: BATCH, threads, keepGradients: true })
  try {
    await step.load(copyOf(state))
    await work(step)
  } finally {
    await step.close()
  }
}

/** A step of the reference, and its gradients before they are clipped. */
function reference(
  { sae, state }: Pick<Start, 'sae' | 'state'>,
  options: TrainerOptions,
  x: Float32Array,
  target: Float32Array = x,
): { metrics: TrainerStep; gradients: Gradients } {
  let gradients: Gradients = {}
  const metrics = trainStep(sae, options, state, x, target, (_, found) => {
    gradients = structuredClone(found)
  })
  return { metrics, gradients }
}

async function gradientsAgree(step: ProbedTrainStep, wanted: Gradients, tolerance: number, when = ''): Promise<void> {
  const found = await step.gradients()
  for (const [name, gradient] of Object.entries(wanted)) {
    // A parameter that nothing reaches has gradients of zero.
    const limit = tolerance * largest(gradient) || Number.MIN_VALUE
    below(distance(found[name]!, gradient), limit, `gradient of ${name}${when}`)
  }
}

async function tenSteps(engine: StepEngine, threads: number, { fields, options }: Case): Promise<void> {
  const start = startOf(fields)
  const { state } = start
  await opened(engine, threads, start, options, async (step) => {
    for (let n = 0; n < STEPS; n++) {
      const rows = n % 3 === 1 ? 97 : BATCH
      const [x, target] = [start.x(n, rows), start.target(n, rows)]
      const theirs = reference(start, { ...TRAINER, ...options }, x, target)
      metricsAgree(await step.step(x, target), theirs.metrics, n)
      await gradientsAgree(step, theirs.gradients, n === 0 ? 5e-5 : 1e-3, ` at step ${n}`)
    }
    const end = await step.read()
    for (const [name, array] of Object.entries(state.parameters)) {
      below(distance(end.parameters[name]!, array), 1e-4, name)
    }
    same(end.sinceFired, state.sinceFired, 'steps since each feature fired')
    same(end.firedTokens, state.firedTokens, 'tokens at which each feature fired')
    relativelyNear(end.topkThreshold + 1, state.topkThreshold + 1, 1e-5, 'threshold')
  })
}

function metricsAgree(ours: TrainerStep, theirs: TrainerStep, n: number): void {
  same(ours.dead, theirs.dead, `dead features at step ${n}`)
  same(ours.l0, theirs.l0, `L0 at step ${n}`)
  same(Object.keys(ours.losses).sort(), Object.keys(theirs.losses).sort(), 'losses')
  for (const [name, loss] of Object.entries(theirs.losses)) {
    near(ours.losses[name]!, loss, 2e-5 * Math.max(theirs.loss * 0.01, loss), `${name} at step ${n}`)
  }
  relativelyNear(ours.gradNorm, theirs.gradNorm, 1e-4, `gradient norm at step ${n}`)
  near(ours.explainedVariance, theirs.explainedVariance, 5e-5, `explained variance at step ${n}`)
  near(ours.explainedVarianceLegacy, theirs.explainedVarianceLegacy, 5e-5, `its older form at step ${n}`)
  same(ours.learningRate, theirs.learningRate, `learning rate at step ${n}`)
  same(ours.coefficients, theirs.coefficients, `coefficients at step ${n}`)
}

const SHARED_FEATURES = [
  { name: 'topk', fields: { architecture: 'topk', k: 4 } },
  { name: 'batchtopk', fields: { architecture: 'batchtopk', k: 4 } },
  { name: 'standard', fields: { architecture: 'standard', l1_coefficient: 0.1 } },
]

async function sharedFeatures(engine: StepEngine, threads: number, fields: Case['fields']): Promise<void> {
  const start = startOf(fields)
  const rows = floats(3 * D_IN, 3, 31)
  const x = floats(BATCH * D_IN, 1e-3, 32).map((value, at) => value + rows[at % rows.length]!)
  await opened(engine, threads, start, {}, async (step) => {
    const { gradients } = reference(start, TRAINER, x)
    await step.step(x)
    const firings = (await step.read()).firedTokens.filter((count) => count > 0)
    below(BATCH / 8, Math.min(...firings), 'tokens at which a feature fires that fires at all')
    await gradientsAgree(step, gradients, 5e-5)
  })
}

const TIES = {
  name: 'batchtopk',
  fields: { architecture: 'batchtopk', k: 2.5, aux_loss_coefficient: 0, rescale_acts_by_decoder_norm: false },
}

async function ties(engine: StepEngine, threads: number, fields: Case['fields']): Promise<void> {
  const start = startOf(fields)
  // Activations of few distinct values: every edge is a tie.
  const round = (array: Float32Array | Float64Array, to: number) =>
    array.set(array.map((value) => Math.round(value / to) * to))
  for (const name of ['W_enc', 'b_enc', 'b_dec']) round(start.state.parameters[name]!, 0.25)
  const x = floats(BATCH * D_IN, 3, 5)
  round(x, 1)
  await opened(engine, threads, start, {}, async (step) => {
    const { metrics, gradients } = reference(start, TRAINER, x)
    same((await step.step(x)).l0, metrics.l0, 'L0')
    same((await step.read()).firedTokens, start.state.firedTokens, 'tokens at which each feature fired')
    await gradientsAgree(step, gradients, 5e-5)
  })
}

const MOSTLY_DEAD = [
  { name: 'topk', fields: { architecture: 'topk', k: 3 } },
  {
    name: 'standard with ghost gradients',
    fields: { architecture: 'standard', l1_coefficient: 0.1, ghost_grads: true },
  },
]
const [LONG, NARROW, FEATURES] = [1500, 8, 40]

/** More tokens than an engine may take at a time, and passes over the few live features that are longer than those over all. */
async function mostlyDead(engine: StepEngine, fields: Case['fields']): Promise<void> {
  const wave = (count: number, scale: number, step: number) =>
    Float32Array.from({ length: count }, (_, i) => scale * Math.sin(i * step))
  const sae = trainableSae({ d_in: NARROW, d_sae: FEATURES, ...fields })
  const parameters = initialParameters(sae, 5)
  parameters['b_enc']!.set(wave(FEATURES, 0.2, 1.7))
  const state = trainerState(sae, parameters)
  state.sinceFired.set(state.sinceFired.map((_, j) => (j % 9 === 0 ? 0 : 9)))
  const x = wave(LONG * NARROW, 2, 0.37)
  const learningRate = { ...TRAINER.learningRate, lr: 1e-3, lrEnd: 0, warmupSteps: 0, decaySteps: 0 }
  const trainer = { ...TRAINER, learningRate }
  const step = await engine.open({ sae, trainer, batchSize: LONG, threads: 1, keepGradients: true })
  try {
    await step.load(copyOf(state))
    const { metrics, gradients } = reference({ sae, state }, trainer, x)
    const ours = await step.step(x)
    for (const [name, loss] of Object.entries(metrics.losses)) near(ours.losses[name]! / loss, 1, 5e-5, name)
    await gradientsAgree(step, gradients, 1e-4)
  } finally {
    await step.close()
  }
}
