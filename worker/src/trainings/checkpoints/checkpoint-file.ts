// One checkpoint on disk: a folder with the state of a training as safetensors and a manifest. Written whole or not at all.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MetricValuesSchema } from '@mistudio/contracts'
import {
  FormatError,
  readManifest,
  SafetensorsFile,
  verifyHashes,
  writeFolderAtomic,
  writeManifest,
  writeSafetensors,
} from '@mistudio/formats'
import type { Scaler, TrainableSae, TrainStepState } from '@mistudio/interp/saes'
import { z } from 'zod'

const KIND = 'training-checkpoint'
const STATE_FILE = 'state.safetensors'

const DataSchema = z.object({
  step: z.int().min(0),
  /** Tokens trained on, and those among them that a training it branched from did. */
  tokens: z.number().min(0),
  inherited: z.number().min(0),
  /** Threads of the step and of the model: the same bits need the same number. */
  threads: z.int().min(1),
  cursor: z.object({ epoch: z.int().min(0), block: z.int().min(0), offset: z.int().min(0) }),
  /** Step of the newest evaluation on held-out text; -1 before the first. */
  evaluatedStep: z.int().min(-1),
  /** Step after which dead features were last resampled; -1 before that. */
  resampledStep: z.int().min(-1).default(-1),
  /** Lowest held-out FVU so far. */
  bestFvu: z.number().nullable(),
  /** State of the target-L0 controller. */
  controller: z.object({
    smooth: z.number().nullable(),
    velocity: z.number(),
    integral: z.number(),
    trend: z.number(),
  }),
  /** Newest value of every metric. */
  metrics: MetricValuesSchema,
  /** Work and wall time so far, over all attempts. */
  spent: z.object({
    seconds: z.number(),
    harvestSeconds: z.number(),
    harvestTokens: z.number(),
    stepSeconds: z.number(),
  }),
  createdAt: z.iso.datetime(),
})
export type CheckpointData = z.infer<typeof DataSchema>

export interface StoredCheckpoint {
  readonly data: CheckpointData
  readonly state: TrainStepState
  /** Estimated before the first step; null where batches are not scaled. */
  readonly scaler: Scaler | null
}

/** Groups of arrays with one per parameter; in the file their names are joined by a dot: `m.W_enc`. */
const PARTS = ['parameters', 'm', 'v'] as const
/** Counters per feature. */
const COUNTERS = ['sinceFired', 'firedTokens'] as const

/** Writes the folder; returns the size of the state in bytes. */
export async function writeCheckpoint(
  folder: string,
  { parameters, cfg }: TrainableSae,
  stored: StoredCheckpoint,
): Promise<number> {
  const { state, scaler, data } = stored
  const floats = PARTS.flatMap((part) =>
    Object.entries(parameters).map(([name, shape]) => {
      return { name: `${part}.${name}`, dtype: 'F32' as const, shape, data: state[part][name]! }
    }),
  )
  const counters = COUNTERS.map((name) => double(name, state[name], [cfg.d_sae]))
  const rest = [double('topkThreshold', Float64Array.of(state.topkThreshold)), ...scalerTensors(scaler)]
  await writeFolderAtomic(folder, async (place) => {
    const written = await writeSafetensors(join(place, STATE_FILE), [...floats, ...counters, ...rest])
    await writeManifest(place, KIND, { files: { [STATE_FILE]: written }, data })
  })
  return (await stat(join(folder, STATE_FILE))).size
}

/** @throws FormatError when the checkpoint is absent, incomplete, damaged or of another architecture or size. */
export async function readCheckpoint(folder: string, { parameters, cfg }: TrainableSae): Promise<StoredCheckpoint> {
  const { files, data } = await readManifest(folder, KIND, DataSchema)
  await verifyHashes(folder, files)
  const file = await SafetensorsFile.open(join(folder, STATE_FILE))
  const group = async (part: (typeof PARTS)[number]): Promise<Record<string, Float32Array>> => {
    const arrays: Record<string, Float32Array> = {}
    for (const [name, shape] of Object.entries(parameters)) {
      checkShape(file, `${part}.${name}`, shape)
      arrays[name] = await file.float32(`${part}.${name}`)
    }
    return arrays
  }
  const counter = (name: (typeof COUNTERS)[number]) => {
    checkShape(file, name, [cfg.d_sae])
    return file.float64(name)
  }
  const [topkThreshold] = await file.float64('topkThreshold')
  const state = {
    step: data.step,
    topkThreshold: topkThreshold ?? 0,
    parameters: await group('parameters'),
    m: await group('m'),
    v: await group('v'),
    sinceFired: await counter('sinceFired'),
    firedTokens: await counter('firedTokens'),
  }
  return { data, state, scaler: await readScaler(file) }
}

const double = (name: string, data: Float64Array, shape: readonly number[] = [data.length]) => {
  return { name, dtype: 'F64' as const, shape, data }
}

function scalerTensors(scaler: Scaler | null) {
  if (!scaler) return []
  if (scaler.kind === 'scale') return [double('scaler.scale', Float64Array.of(scaler.scale))]
  if (scaler.kind === 'sites') return [double('scaler.sites', scaler.scales)]
  const square = [scaler.mean.length, scaler.mean.length]
  return [
    double('scaler.mean', scaler.mean),
    double('scaler.matrix', scaler.matrix, square),
    double('scaler.inverse', scaler.inverse, square),
  ]
}

async function readScaler(file: SafetensorsFile): Promise<Scaler | null> {
  if (file.has('scaler.scale')) {
    const [scale] = await file.float64('scaler.scale')
    return { kind: 'scale', scale: scale ?? 1 }
  }
  if (file.has('scaler.sites')) return { kind: 'sites', scales: await file.float64('scaler.sites') }
  if (!file.has('scaler.mean')) return null
  return {
    kind: 'whitening',
    mean: await file.float64('scaler.mean'),
    matrix: await file.float64('scaler.matrix'),
    inverse: await file.float64('scaler.inverse'),
  }
}

/** @throws FormatError when a tensor has another shape. */
function checkShape(file: SafetensorsFile, name: string, wanted: readonly number[]): void {
  const found = file.info(name).shape.join()
  if (found === wanted.join()) return
  throw new FormatError('file_corrupt', `${name} is [${found}], expected [${wanted.join()}]`, { file: file.path })
}
