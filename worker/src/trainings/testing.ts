// Golden SAELens trainings and comparisons, for the tests of this room only.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { SafetensorsFile } from '@mistudio/formats'
import {
  scaled,
  type TrainableSae,
  type TrainerOptions,
  type TrainStepState,
  trainableSae,
  trainerState,
} from '@mistudio/interp'
import { z } from 'zod'

const fixture = (path: string): string => fileURLToPath(new URL(`../../../fixtures/saes/${path}`, import.meta.url))

export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length === b.length
    ? Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0)
    : Number.POSITIVE_INFINITY

export const relativeDistance = (a: number, b: number): number => Math.abs(a - b) / Math.max(Math.abs(b), 1e-12)

export const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0)

const GoldenSchema = z.object({
  trainer: z.object({
    ...{ train_batch_size_samples: z.int(), dead_feature_window: z.int(), lr: z.number(), lr_end: z.number() },
    lr_scheduler_name: z.enum(['constant', 'cosineannealing', 'cosineannealingwarmrestarts']),
    ...{ lr_warm_up_steps: z.int(), lr_decay_steps: z.int(), n_restart_cycles: z.int() },
    ...{ adam_beta1: z.number(), adam_beta2: z.number() },
  }),
  ...{ total_training_steps: z.int(), clip_grad_norm: z.number(), adam_eps: z.number() },
  scaling_factor: z.number().nullish(),
  series: z.record(z.string(), z.array(z.number())),
  tolerances: z.object({ after10: z.string() }),
})
type Golden = z.infer<typeof GoldenSchema>

const SCHEDULES = {
  constant: 'constant',
  cosineannealing: 'cosine',
  cosineannealingwarmrestarts: 'cosine_restarts',
} as const

const trainerOf = ({ trainer, total_training_steps: steps, clip_grad_norm, adam_eps }: Golden): TrainerOptions => ({
  learningRate: {
    ...{ main: SCHEDULES[trainer.lr_scheduler_name], lr: trainer.lr, lrEnd: trainer.lr_end, totalSteps: steps },
    ...{ warmupSteps: trainer.lr_warm_up_steps, decaySteps: trainer.lr_decay_steps, cycles: trainer.n_restart_cycles },
  },
  adam: { beta1: trainer.adam_beta1, beta2: trainer.adam_beta2, eps: adam_eps, weightDecay: 0 },
  clipGradNorm: clip_grad_norm,
  deadWindow: trainer.dead_feature_window,
})

/** One case of `fixtures/saes/train`. */
export async function goldenTraining(name: string) {
  const json = async (file: string): Promise<unknown> =>
    JSON.parse(await readFile(fixture(`train/${name}/${file}`), 'utf8'))
  const golden = GoldenSchema.parse(await json('golden.json'))
  const sae = trainableSae(await json('cfg.json'))
  const tensors = await SafetensorsFile.open(fixture(`train/${name}/golden.safetensors`))
  const params = await SafetensorsFile.open(fixture(`train/${name}/params.safetensors`))
  const raw = Float32Array.from(await tensors.float64('x'))
  const x = golden.scaling_factor ? scaled({ kind: 'scale', scale: golden.scaling_factor }, raw) : raw
  const batch = golden.trainer.train_batch_size_samples
  const width = batch * sae.cfg.d_in
  return {
    ...{ sae, batch, series: golden.series, trainer: trainerOf(golden) },
    start: await startState(sae, params, tensors),
    x: (n: number) => x.subarray(n * width, (n + 1) * width),
    /** `step0.grad.W_enc`, `after10.b_dec` and others of the file, by name of the parameter. */
    group: async (prefix: string): Promise<Record<string, Float64Array>> =>
      Object.fromEntries(
        await Promise.all(
          Object.keys(sae.parameters).map(async (key) => [key, await tensors.float64(prefix + key)] as const),
        ),
      ),
    sinceFiredAfter10: await tensors.float64('n_forward_passes_since_fired.after10'),
    after10Tolerance: Number(/absolute ([\d.e-]+)/.exec(golden.tolerances.after10)?.[1]),
  }
}

async function startState(
  sae: TrainableSae,
  params: SafetensorsFile,
  tensors: SafetensorsFile,
): Promise<TrainStepState> {
  const parameters: Record<string, Float32Array> = {}
  for (const name of Object.keys(sae.parameters)) parameters[name] = await params.float32(name)
  const state = trainerState(sae, parameters)
  state.sinceFired.set(await tensors.float64('n_forward_passes_since_fired.initial'))
  return state as TrainStepState
}
