// Golden trainings: ten steps of SAELens's trainer, as folders of cfg.json, params.safetensors, golden.json and golden.safetensors.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SafetensorsFile } from '@mistudio/formats'
import { z } from 'zod'
import type { TrainStepState } from '../../train-step.js'
import type { TrainableSae } from '../architecture.js'
import { type Scaler, scaled } from '../scaler.js'
import { trainableSae } from '../trainable.js'
import { type TrainerOptions, trainerState } from '../trainer.js'

const GoldenSchema = z.object({
  trainer: z.object({
    train_batch_size_samples: z.int(),
    dead_feature_window: z.int(),
    lr: z.number(),
    lr_end: z.number(),
    lr_scheduler_name: z.enum(['constant', 'cosineannealing', 'cosineannealingwarmrestarts']),
    lr_warm_up_steps: z.int(),
    lr_decay_steps: z.int(),
    n_restart_cycles: z.int(),
    adam_beta1: z.number(),
    adam_beta2: z.number(),
  }),
  total_training_steps: z.int(),
  clip_grad_norm: z.number(),
  adam_eps: z.number(),
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
    main: SCHEDULES[trainer.lr_scheduler_name],
    lr: trainer.lr,
    lrEnd: trainer.lr_end,
    totalSteps: steps,
    warmupSteps: trainer.lr_warm_up_steps,
    decaySteps: trainer.lr_decay_steps,
    cycles: trainer.n_restart_cycles,
  },
  adam: { beta1: trainer.adam_beta1, beta2: trainer.adam_beta2, eps: adam_eps, weightDecay: 0 },
  clipGradNorm: clip_grad_norm,
  deadWindow: trainer.dead_feature_window,
})

/** The golden trainings in `folder`, by name. */
export async function goldenTrainings(folder: string): Promise<{ name: string; sae: TrainableSae }[]> {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  return Promise.all(names.map(async ({ name }) => ({ name, sae: trainableSae(await json(folder, name, 'cfg.json')) })))
}

const json = async (...path: [string, ...string[]]): Promise<unknown> =>
  JSON.parse(await readFile(join(...path), 'utf8'))

/** One golden training. */
export async function goldenTraining(folder: string, name: string) {
  const golden = GoldenSchema.parse(await json(folder, name, 'golden.json'))
  const sae = trainableSae(await json(folder, name, 'cfg.json'))
  const tensors = await SafetensorsFile.open(join(folder, name, 'golden.safetensors'))
  const params = await SafetensorsFile.open(join(folder, name, 'params.safetensors'))
  const raw = Float32Array.from(await tensors.float64('x'))
  const scaler = await scalerOf(sae, golden, tensors)
  const x = scaler ? scaled(scaler, raw) : raw
  const batch = golden.trainer.train_batch_size_samples
  const width = batch * sae.cfg.d_in
  return {
    sae,
    batch,
    series: golden.series,
    trainer: trainerOf(golden),
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

/** What SAELens normalised the batches by before its trainer saw them. */
async function scalerOf(
  { cfg }: TrainableSae,
  { scaling_factor: scale }: Golden,
  tensors: SafetensorsFile,
): Promise<Scaler | null> {
  if (scale) return { kind: 'scale', scale }
  if (cfg.normalize_activations !== 'covariance_whitening') return null
  const read = (name: string) => tensors.float64(`whitening.${name}`)
  const [mean, matrix, inverse] = [await read('mean'), await read('matrix'), await read('inverse_matrix')]
  return { kind: 'whitening', mean, matrix, inverse }
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
