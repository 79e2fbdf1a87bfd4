// The synthetic benchmark's own run again: from the start SAE, with the trainer's settings, over the samples in file order.
import { join } from 'node:path'
import { type ExportedSae, exportForInference, trainableSae, trainerState, trainStep } from '@mistudio/interp/saes'
import { z } from 'zod'
import { doubleTensors, openTensors, readJson } from './files.js'
import { SCHEDULER_MAINS, SchedulerNameSchema } from './scheduler-names.js'

/** Settings of SAELens's trainer, as golden.json holds them. */
export const TrainerSchema = z.looseObject({
  total_training_samples: z.int(),
  train_batch_size_samples: z.int(),
  lr: z.number(),
  lr_end: z.number(),
  lr_scheduler_name: SchedulerNameSchema,
  lr_warm_up_steps: z.int(),
  lr_decay_steps: z.int(),
  n_restart_cycles: z.int(),
  adam_beta1: z.number(),
  adam_beta2: z.number(),
  dead_feature_window: z.int(),
})

/** SAELens's defaults, which the trainer's settings do not name. */
const CLIP_GRAD_NORM = 1
const ADAM_EPS = 1e-8

/** Trains the SAE in `folder` on x [samples, d_in], wrapping around, and exports it. */
export async function trainAgain(
  folder: string,
  settings: z.infer<typeof TrainerSchema>,
  x: Float32Array,
): Promise<{ exported: ExportedSae; threshold: number }> {
  const cfg = await readJson(join(folder, 'cfg.json'), z.looseObject({}))
  const sae = trainableSae(cfg)
  const start = await doubleTensors(await openTensors(folder, 'sae_weights.safetensors'))
  const parameters = Object.fromEntries(
    Object.keys(sae.parameters).map((name) => [name, Float32Array.from(start[name]!)]),
  )
  const state = trainerState(sae, parameters)
  state.topkThreshold = start['topk_threshold']?.[0] ?? 0
  const totalSteps = Math.floor(settings.total_training_samples / settings.train_batch_size_samples)
  const options = {
    learningRate: {
      main: SCHEDULER_MAINS[settings.lr_scheduler_name],
      lr: settings.lr,
      lrEnd: settings.lr_end,
      warmupSteps: settings.lr_warm_up_steps,
      decaySteps: settings.lr_decay_steps,
      totalSteps,
      cycles: settings.n_restart_cycles,
    },
    adam: { beta1: settings.adam_beta1, beta2: settings.adam_beta2, eps: ADAM_EPS, weightDecay: 0 },
    clipGradNorm: CLIP_GRAD_NORM,
    deadWindow: settings.dead_feature_window,
  }
  const size = settings.train_batch_size_samples * sae.cfg.d_in
  for (let t = 0; t < totalSteps; t++) {
    const first = (t * size) % x.length
    trainStep(sae, options, state, x.subarray(first, first + size))
  }
  return { exported: exportForInference(cfg, parameters, state.topkThreshold), threshold: state.topkThreshold }
}
