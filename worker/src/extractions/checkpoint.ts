// What has been read so far, kept on disk so that a killed extraction goes on instead of starting again.
// A state file under a fresh name, then the manifest that names it: at every moment one complete checkpoint or none.
import { createHash } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExtractionRunParams } from '@mistudio/contracts'
import {
  FormatError,
  readManifest,
  SafetensorsFile,
  verifyHashes,
  writeManifest,
  writeSafetensors,
} from '@mistudio/formats'
import { type AccumulatorState, FeatureAccumulator, FidelityAccumulator } from '@mistudio/interp/features'
import { z } from 'zod'
import { withFileErrors } from '../files/index.js'
import type { Pass } from './pass.js'

const KIND = 'extraction-checkpoint'
const FIDELITY = 'fidelity'
const DataSchema = z.object({
  /** Hash of the job's parameters: another extraction's checkpoint is not taken up. */
  parameters: z.string(),
  done: z.int().min(0),
  seconds: z.number().min(0),
})

type StateArray = AccumulatorState[string]['data']

export interface Checkpoint {
  /** Contexts of the reading order that are counted in the state. */
  readonly done: number
  /** Seconds spent reading. */
  readonly seconds: number
  readonly state: AccumulatorState
}

export interface Checkpoints {
  /** @throws AppError `disk_full`. */
  save(checkpoint: Checkpoint): Promise<void>
  /** The newest checkpoint, null when there is none. @throws FormatError when there is one that is damaged. */
  load(): Promise<Checkpoint | null>
  remove(): Promise<void>
}

/** State of a pass as it is stored; views, so save it before reading on. */
export function checkpointOf(pass: Pass, progress: { done: number; seconds: number }): Checkpoint {
  const fidelity = pass.fidelity.toArray()
  return {
    ...progress,
    state: { ...pass.accumulator.toTensors(), [FIDELITY]: { shape: [fidelity.length], data: fidelity } },
  }
}

/** Accumulators that go on where a checkpoint was made. @throws FeatureDataError when shapes differ. */
export function restore(checkpoint: Checkpoint, dIn: number, dSae: number, params: FeatureAccumulator['params']) {
  const fidelity = checkpoint.state[FIDELITY]?.data
  return {
    accumulator: FeatureAccumulator.fromTensors(dSae, params, checkpoint.state),
    fidelity: FidelityAccumulator.fromArray(dIn, fidelity instanceof Float64Array ? fidelity : new Float64Array()),
  }
}

/** Checkpoints of one extraction in `<folder>/checkpoint`. */
export function openCheckpoints(folder: string, params: ExtractionRunParams): Checkpoints {
  const place = join(folder, 'checkpoint')
  const parameters = createHash('sha256').update(JSON.stringify(params)).digest('hex')
  return {
    save: ({ done, seconds, state }) =>
      withFileErrors(async () => {
        await mkdir(place, { recursive: true })
        const name = `state-${done}.safetensors`
        const tensors = Object.entries(state).map(([tensor, { shape, data }]) => ({
          name: tensor,
          dtype: dtypeOf(data),
          shape,
          data,
        }))
        const written = await writeSafetensors(join(place, name), tensors)
        await writeManifest(place, KIND, { files: { [name]: written }, data: { parameters, done, seconds } })
        const others = (await readdir(place)).filter((other) => other !== name && other !== 'manifest.json')
        for (const other of others) await rm(join(place, other))
      }),
    async load() {
      const manifest = await readManifest(place, KIND, DataSchema).catch(absent)
      if (!manifest || manifest.data.parameters !== parameters) return null
      await verifyHashes(place, manifest.files)
      const [name] = Object.keys(manifest.files)
      return { ...manifest.data, state: await readState(join(place, name!)) }
    },
    async remove() {
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function absent(error: unknown): null {
  if (error instanceof FormatError && error.code === 'manifest_missing') return null
  throw error
}

async function readState(path: string): Promise<AccumulatorState> {
  const file = await SafetensorsFile.open(path)
  const state: AccumulatorState = {}
  for (const name of file.names()) {
    const { dtype, shape } = file.info(name)
    state[name] = { shape, data: arrayOf(dtype, await file.raw(name)) }
  }
  return state
}

function dtypeOf(data: StateArray): 'F64' | 'F32' | 'I32' | 'U16' {
  if (data instanceof Float64Array) return 'F64'
  if (data instanceof Float32Array) return 'F32'
  return data instanceof Int32Array ? 'I32' : 'U16'
}

function arrayOf(dtype: string, { buffer, byteOffset, byteLength }: Uint8Array): StateArray {
  if (dtype === 'F64') return new Float64Array(buffer, byteOffset, byteLength / 8)
  if (dtype === 'F32') return new Float32Array(buffer, byteOffset, byteLength / 4)
  if (dtype === 'I32') return new Int32Array(buffer, byteOffset, byteLength / 4)
  return new Uint16Array(buffer, byteOffset, byteLength / 2)
}
