// Checks of a training case: the first step in float32 and float64, parameters after 1 and 10 steps, and every series of the run.
import { basename, join } from 'node:path'
import type { SafetensorsFile } from '@mistudio/formats'
import {
  deadFeatures,
  type Floats,
  foldScaler,
  type Gradients,
  type Pass,
  type Scaler,
  scaled,
  type TrainableSae,
  type TrainerOptions,
  type TrainerStep,
  trainableSae,
  trainerState,
  trainStep,
} from '@mistudio/interp/saes'
import { z } from 'zod'
import type { Check } from '../checks.js'
import { Checks } from './compare.js'
import { doubleTensors, namesUnder, openTensors, readJson, scalar } from './files.js'
import { SCHEDULER_MAINS, SchedulerNameSchema } from './scheduler-names.js'
import { scalerOf } from './train-scaler.js'
import { seriesAgree } from './train-series.js'

const FORWARD = 2e-5
const LOSS = 1e-5
const GRADIENT = 5e-5
/** Relative, of the loss and gradients in float64. */
const DOUBLE = 1e-10
const AFTER_ONE = 2e-6
/** An entry whose gradient, as Adam gets it (clipped), is smaller may move by up to 2 lr: Adam's first step is a sign. */
const SIGN_GRADIENT = 1e-6

const GoldenSchema = z.looseObject({
  trainer: z.looseObject({
    lr: z.number(),
    lr_end: z.number(),
    lr_scheduler_name: SchedulerNameSchema,
    lr_warm_up_steps: z.int(),
    lr_decay_steps: z.int(),
    n_restart_cycles: z.int(),
    adam_beta1: z.number(),
    adam_beta2: z.number(),
    dead_feature_window: z.int(),
  }),
  total_training_steps: z.int(),
  clip_grad_norm: z.number(),
  adam_eps: z.number(),
  scaling_factor: z.number().nullish(),
  tolerances: z.looseObject({ after10: z.string() }),
  /** How far the library's own float32 gradients are from its float64 ones. */
  checks: z.looseObject({ grad_f32_vs_f64_max_rel: z.record(z.string(), z.number()).optional() }).optional(),
})
type Golden = z.infer<typeof GoldenSchema>

/** Of float32 gradients; more where the library's own float32 is further from the truth (p-norms with p < 1). */
const gradientTolerance = ({ checks }: Golden, name: string): number =>
  Math.max(GRADIENT, 4 * (checks?.grad_f32_vs_f64_max_rel?.[name] ?? 0))

/** Everything a training case holds. */
interface Case {
  readonly sae: TrainableSae
  readonly golden: Golden
  readonly tensors: SafetensorsFile
  readonly parameters: SafetensorsFile
  readonly scaler: Scaler | null
  readonly checks: Checks
}

/** Checks of `train/<case>`. */
export async function* verifyTraining(folder: string): AsyncGenerator<Check> {
  const checks = new Checks(`train/${basename(folder)}`)
  const sae = trainableSae(await readJson(join(folder, 'cfg.json'), z.looseObject({})))
  const golden = await readJson(join(folder, 'golden.json'), GoldenSchema)
  const tensors = await openTensors(folder, 'golden.safetensors')
  const parameters = await openTensors(folder, 'params.safetensors')
  const { scaler, found } = await scalerOf(sae, golden, tensors, checks)
  yield* found
  const one: Case = { sae, golden, tensors, parameters, scaler, checks }
  yield* run(one)
  if (tensors.names().some((name) => name.startsWith('full.'))) yield* finalCoefficients(one)
  yield* inDouble(one)
}

function optionsOf({ golden }: Case): TrainerOptions {
  const t = golden.trainer
  return {
    learningRate: {
      main: SCHEDULER_MAINS[t.lr_scheduler_name],
      lr: t.lr,
      lrEnd: t.lr_end,
      warmupSteps: t.lr_warm_up_steps,
      decaySteps: t.lr_decay_steps,
      totalSteps: golden.total_training_steps,
      cycles: t.n_restart_cycles,
    },
    adam: { beta1: t.adam_beta1, beta2: t.adam_beta2, eps: golden.adam_eps, weightDecay: 0 },
    clipGradNorm: golden.clip_grad_norm,
    deadWindow: t.dead_feature_window,
  }
}

/** State as the case starts it; `convert` sets the precision. */
async function startOf({ sae, tensors, parameters }: Case, convert: (values: Float64Array) => Floats) {
  const initial = await doubleTensors(parameters)
  const state = trainerState(
    sae,
    Object.fromEntries(Object.keys(sae.parameters).map((name) => [name, convert(initial[name]!)])),
  )
  state.sinceFired.set(await tensors.float64('n_forward_passes_since_fired.initial'))
  state.topkThreshold = initial['topk_threshold']?.[0] ?? 0
  return state
}

async function* run(one: Case): AsyncGenerator<Check> {
  const { sae, golden, tensors, scaler, checks } = one
  const options = optionsOf(one)
  const state = await startOf(one, (values) => Float32Array.from(values))
  const x = await tensors.float32('x')
  const size = x.length / golden.total_training_steps
  const steps: TrainerStep[] = []
  const thresholds: number[] = []
  yield checks.absolute(
    'dead_neuron_mask',
    deadFeatures(state, options.deadWindow),
    await tensors.float32('dead_neuron_mask'),
    0,
  )
  for (let t = 0; t < golden.total_training_steps; t++) {
    const raw = x.subarray(t * size, (t + 1) * size)
    const batch = scaler ? scaled(scaler, raw) : raw
    if (t === 0 && scaler) yield checks.relative('step0.sae_in', batch, await tensors.float32('step0.sae_in'), FORWARD)
    let first: { pass: Pass; gradients: Gradients } | null = null
    const step = trainStep(sae, options, state, batch, batch, (pass, gradients) => {
      if (t === 0) first = { pass, gradients: copied(gradients) }
    })
    steps.push(step)
    thresholds.push(state.topkThreshold)
    if (first) yield* firstStep(one, first)
    if (t === 0) yield* afterOne(one, state.parameters, state.sinceFired, first!, step.gradNorm)
  }
  yield* afterAll(one, state)
  yield* seriesAgree(one, steps, thresholds)
}

const copied = (gradients: Gradients): Gradients =>
  Object.fromEntries(Object.entries(gradients).map(([name, values]) => [name, values.slice()]))

async function* firstStep(
  { sae, golden, tensors, checks }: Case,
  { pass, gradients }: { pass: Pass; gradients: Gradients },
): AsyncGenerator<Check> {
  yield checks.relative('step0.hidden_pre', pass.hiddenPre, await tensors.float32('step0.hidden_pre'), FORWARD)
  yield checks.relative('step0.feature_acts', pass.acts, await tensors.float32('step0.feature_acts'), FORWARD)
  yield checks.relative('step0.sae_out', pass.out, await tensors.float32('step0.sae_out'), FORWARD)
  yield* lossesAgree('step0', pass, tensors, checks, LOSS)
  for (const name of Object.keys(sae.parameters)) {
    const wanted = await tensors.float32(`step0.grad.${name}`)
    yield checks.relative(`step0.grad.${name}`, gradients[name]!, wanted, gradientTolerance(golden, name))
  }
}

async function* lossesAgree(
  prefix: string,
  pass: Pass,
  tensors: SafetensorsFile,
  checks: Checks,
  tolerance: number,
): AsyncGenerator<Check> {
  const wanted = namesUnder(tensors, `${prefix}.loss.`)
  const total = Object.values(pass.losses).reduce((sum, value) => sum + value, 0)
  for (const name of wanted) {
    const value = name === 'total' ? total : (pass.losses[name] ?? Number.NaN)
    yield checks.relative(
      `${prefix}.loss.${name}`,
      [value],
      [await scalar(tensors, `${prefix}.loss.${name}`)],
      tolerance,
    )
  }
  yield checks.equal(
    `${prefix} loss terms`,
    Object.keys(pass.losses).sort(),
    wanted.filter((n) => n !== 'total').sort(),
  )
}

async function* afterOne(
  { sae, tensors, golden, checks }: Case,
  parameters: Record<string, Floats>,
  sinceFired: Float64Array,
  first: { gradients: Gradients },
  gradNorm: number,
): AsyncGenerator<Check> {
  const clipped = Math.min(1, golden.clip_grad_norm / gradNorm)
  for (const name of Object.keys(sae.parameters)) {
    const wanted = await tensors.float32(`after1.${name}`)
    const gradients = first.gradients[name]!
    let [most, sign] = [0, 0]
    wanted.forEach((value, i) => {
      const difference = Math.abs(value - parameters[name]![i]!)
      if (Math.abs(gradients[i]!) * clipped < SIGN_GRADIENT) sign = Math.max(sign, difference)
      else most = Math.max(most, difference)
    })
    yield checks.figure(`after1.${name}`, most, AFTER_ONE)
    yield checks.figure(`after1.${name} where the gradient is near 0`, sign, 2 * golden.trainer.lr + AFTER_ONE)
  }
  const counters = await tensors.float64('n_forward_passes_since_fired.after1')
  yield checks.absolute('n_forward_passes_since_fired.after1', sinceFired, counters, 0)
}

async function* afterAll(one: Case, state: Awaited<ReturnType<typeof startOf>>): AsyncGenerator<Check> {
  const { sae, tensors, golden, scaler, checks } = one
  const tolerance = Number(/absolute ([\d.e+-]+)/.exec(golden.tolerances.after10)?.[1] ?? Number.NaN)
  for (const name of Object.keys(sae.parameters)) {
    yield checks.absolute(
      `after10.${name}`,
      state.parameters[name]!,
      await tensors.float32(`after10.${name}`),
      tolerance,
    )
  }
  const counters = await tensors.float64('n_forward_passes_since_fired.after10')
  yield checks.absolute('n_forward_passes_since_fired.after10', state.sinceFired, counters, 0)
  const firings = await tensors.float64('act_freq_scores.after10')
  yield checks.absolute('act_freq_scores.after10', state.firedTokens, firings, 0)
  const folded = namesUnder(tensors, 'folded.')
  if (!scaler || folded.length === 0) return
  // Folding multiplies by numbers far from 1, so its check starts from the library's parameters and allows float32 rounding only.
  const start = Object.fromEntries(
    await Promise.all(folded.map(async (name) => [name, await tensors.float32(`after10.${name}`)] as const)),
  )
  foldScaler(scaler, start, {
    architecture: sae.cfg.architecture,
    dIn: sae.cfg.d_in,
    dSae: sae.cfg.d_sae,
    applyBDec: sae.cfg.apply_b_dec_to_input,
    rescale: sae.cfg['rescale_acts_by_decoder_norm'] === true,
  })
  for (const name of folded)
    yield checks.relative(`folded.${name}`, start[name]!, await tensors.float32(`folded.${name}`), FORWARD)
}

/** The first step again with the coefficients at the end of their warm-up. */
async function* finalCoefficients(one: Case): AsyncGenerator<Check> {
  const { sae, golden, tensors, checks } = one
  const pass = await finalPass(one, (values) => Float32Array.from(values))
  yield* lossesAgree('full', pass, tensors, checks, LOSS)
  const gradients = pass.gradients()
  for (const name of Object.keys(sae.parameters)) {
    yield checks.relative(
      `full.grad.${name}`,
      gradients[name]!,
      await tensors.float32(`full.grad.${name}`),
      gradientTolerance(golden, name),
    )
  }
}

async function* inDouble(one: Case): AsyncGenerator<Check> {
  const { sae, tensors, checks } = one
  const pass = await finalPass(one, (values) => values)
  yield* lossesAgree('f64', pass, tensors, checks, 1e-9)
  const gradients = pass.gradients()
  for (const name of Object.keys(sae.parameters)) {
    yield checks.relative(`f64.grad.${name}`, gradients[name]!, await tensors.float64(`f64.grad.${name}`), DOUBLE)
  }
}

async function finalPass(one: Case, convert: (values: Float64Array) => Floats): Promise<Pass> {
  const { sae, golden, tensors, scaler } = one
  const state = await startOf(one, convert)
  const raw = await tensors.float64('x')
  const first = raw.subarray(0, raw.length / golden.total_training_steps)
  const x = scaler ? scaled(scaler, first) : first
  sae.prepare(state.parameters)
  return sae.pass(state.parameters, {
    tokens: x.length / sae.cfg.d_in,
    x,
    target: x,
    dead: deadFeatures(state, optionsOf(one).deadWindow),
    coefficients: Object.fromEntries(Object.entries(sae.coefficients).map(([name, { final }]) => [name, final])),
  })
}
