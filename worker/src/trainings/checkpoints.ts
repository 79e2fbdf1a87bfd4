// Checkpoints of a training: weights, optimiser, counters and the place in the data stream. A folder per step, complete or absent;
// the list in the database says which ones count, written in the transaction that makes one valid.
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Checkpoint, CheckpointSchema, type MetricValues, MetricValuesSchema } from '@mistudio/contracts'
import {
  FormatError,
  readManifest,
  SafetensorsFile,
  verifyHashes,
  writeFolderAtomic,
  writeManifest,
  writeSafetensors,
} from '@mistudio/formats'
import type { TrainableSae, TrainStepState } from '@mistudio/interp'
import type { Pool, PoolClient } from 'pg'
import { z } from 'zod'

const KIND = 'training-checkpoint'
const STATE_FILE = 'state.safetensors'

const DataSchema = z.object({
  step: z.int().min(0),
  /** Threads of the step and of the model: the same bits need the same number. */
  threads: z.int().min(1),
  cursor: z.object({ epoch: z.int().min(0), block: z.int().min(0), offset: z.int().min(0) }),
  /** Step of the newest evaluation on held-out text; -1 before the first. */
  evaluatedStep: z.int().min(-1),
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
}

/** Groups of arrays with one per parameter; in the file their names are joined by a dot: `m.W_enc`. */
const PARTS = ['parameters', 'm', 'v'] as const
/** Counters per feature. */
const COUNTERS = ['sinceFired', 'firedTokens'] as const

export class Checkpoints {
  constructor(
    private readonly folder: string,
    private readonly trainingId: string,
    private readonly sae: TrainableSae,
    private readonly keep: number,
  ) {}

  /** The newest valid checkpoint, or null. Ones that are damaged or of other sizes are passed over, with a word to `warn`. */
  async newest(db: Pool, warn: (message: string) => void): Promise<StoredCheckpoint | null> {
    const list = await this.list(db)
    for (const { step } of list.sort((a, b) => b.step - a.step)) {
      try {
        return await this.read(step)
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
        warn(`The checkpoint of step ${step} cannot be used: ${error.message}`)
      }
    }
    return null
  }

  /**
   * Writes a checkpoint, then makes it valid: first everything reported so far is stored (`flush`), then one transaction puts it on
   * the list. A kill before that leaves the list, and the older checkpoint, as they were.
   */
  async save(
    stored: StoredCheckpoint,
    job: { flush(): Promise<void>; commit<T>(work: (tx: PoolClient) => Promise<T>): Promise<T> },
  ): Promise<void> {
    const { data, state } = stored
    await writeFolderAtomic(this.place(data.step), (folder) => this.write(folder, state, data))
    const { size } = await stat(join(this.place(data.step), STATE_FILE))
    const entry: Checkpoint = { step: data.step, bytes: size, createdAt: data.createdAt, metrics: data.metrics }
    await job.flush()
    const kept = await job.commit(async (tx) => {
      const older = (await this.list(tx)).filter(({ step }) => step < data.step)
      const valid = [...older, entry].slice(-this.keep)
      await tx.query('UPDATE training SET step = $2, checkpoints = $3 WHERE id = $1', [
        this.trainingId,
        data.step,
        JSON.stringify(valid),
      ])
      return valid
    })
    await this.sweep(kept.map(({ step }) => step))
  }

  /** Removes everything; the list with it. */
  async remove(commit: <T>(work: (tx: PoolClient) => Promise<T>) => Promise<T>): Promise<void> {
    await commit((tx) => tx.query(`UPDATE training SET checkpoints = '[]' WHERE id = $1`, [this.trainingId]))
    await rm(this.folder, { recursive: true, force: true })
  }

  private place(step: number): string {
    return join(this.folder, String(step))
  }

  private async list(db: Pool | PoolClient): Promise<Checkpoint[]> {
    const { rows } = await db.query('SELECT checkpoints FROM training WHERE id = $1', [this.trainingId])
    return z.array(CheckpointSchema).parse(rows[0]?.checkpoints ?? [])
  }

  /** Removes folders that are not on the list. */
  private async sweep(steps: readonly number[]): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (!steps.includes(Number(name))) await rm(join(this.folder, name), { recursive: true, force: true })
    }
  }

  private async write(folder: string, state: TrainStepState, data: CheckpointData): Promise<void> {
    const { parameters, cfg } = this.sae
    const floats = PARTS.flatMap((part) =>
      Object.entries(parameters).map(([name, shape]) => {
        return { name: `${part}.${name}`, dtype: 'F32' as const, shape, data: state[part][name]! }
      }),
    )
    const counters = COUNTERS.map((name) => ({ name, dtype: 'F64' as const, shape: [cfg.d_sae], data: state[name] }))
    const threshold = Float64Array.of(state.topkThreshold)
    const written = await writeSafetensors(join(folder, STATE_FILE), [
      ...floats,
      ...counters,
      { name: 'topkThreshold', dtype: 'F64' as const, shape: [1], data: threshold },
    ])
    await writeManifest(folder, KIND, { files: { [STATE_FILE]: written }, data })
  }

  /** @throws FormatError when the checkpoint is incomplete, damaged or of another architecture or size. */
  private async read(step: number): Promise<StoredCheckpoint> {
    const { files, data } = await readManifest(this.place(step), KIND, DataSchema)
    await verifyHashes(this.place(step), files)
    const file = await SafetensorsFile.open(join(this.place(step), STATE_FILE))
    const group = async (part: (typeof PARTS)[number]): Promise<Record<string, Float32Array>> => {
      const arrays: Record<string, Float32Array> = {}
      for (const [name, shape] of Object.entries(this.sae.parameters)) {
        checkShape(file, `${part}.${name}`, shape)
        arrays[name] = await file.float32(`${part}.${name}`)
      }
      return arrays
    }
    const counter = (name: (typeof COUNTERS)[number]) => {
      checkShape(file, name, [this.sae.cfg.d_sae])
      return file.float64(name)
    }
    const [topkThreshold] = await file.float64('topkThreshold')
    const state = {
      ...{ step: data.step, topkThreshold: topkThreshold ?? 0 },
      ...{ parameters: await group('parameters'), m: await group('m'), v: await group('v') },
      ...{ sinceFired: await counter('sinceFired'), firedTokens: await counter('firedTokens') },
    }
    return { data, state }
  }
}

/** @throws FormatError when a tensor has another shape. */
function checkShape(file: SafetensorsFile, name: string, wanted: readonly number[]): void {
  const found = file.info(name).shape.join()
  if (found === wanted.join()) return
  throw new FormatError('file_corrupt', `${name} is [${found}], expected [${wanted.join()}]`, { file: file.path })
}

/** Latest values with newer ones over them. */
export const mergeMetrics = (older: MetricValues, newer: MetricValues): MetricValues => ({ ...older, ...newer })
