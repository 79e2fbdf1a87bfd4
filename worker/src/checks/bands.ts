// What the reference library finds on the ground-truth problem, from several starts each (demo/ground-truth/bands.json, with its maker).
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** The problem and the bands come with the product. */
export const TRUTH_FOLDER = fileURLToPath(new URL('../../../demo/ground-truth/', import.meta.url))

const StartSchema = z.object({
  mcc: z.number(),
  f1: z.number(),
  explainedVariance: z.number(),
  l0: z.number(),
  dead: z.int(),
})

const BandsSchema = z.object({
  library: z.string(),
  steps: z.int(),
  batchSize: z.int(),
  /** Settings of SAELens's trainer, by its names. */
  trainer: z.object({
    lr: z.number(),
    lr_end: z.number(),
    lr_warm_up_steps: z.int(),
    lr_decay_steps: z.int(),
    dead_feature_window: z.int(),
  }),
  trueL0: z.number(),
  /** By SAELens's architecture names: fields of the training configuration, and what each start found. */
  architectures: z.record(
    z.string(),
    z.object({ options: z.record(z.string(), z.json()), starts: z.array(StartSchema).min(2) }),
  ),
})
export type Bands = z.infer<typeof BandsSchema>
export type Band = Bands['architectures'][string]

export const readBands = async (file: string): Promise<Bands> =>
  BandsSchema.parse(JSON.parse(await readFile(file, 'utf8')))
