// A database, a data folder and the demo model's tokens for tests of whole training jobs.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  MACHINE_METRICS,
  type MetricValues,
  type TrainingParams,
  TrainingParamsSchema,
  type TrainingRunParams,
} from '@mistudio/contracts'
import * as setup from '../../extractions/testing.js'
import { saeStore } from '../../features/index.js'
import { modelStore } from '../../models/model-store.js'
import type { Control, OutcomeOf } from '../../runner/context.js'
import { trainPipeline } from '../train.pipeline.js'

export const SIZE = 32
/** Metrics that a replayed step does not repeat. */
const MACHINE: readonly string[] = MACHINE_METRICS

/** Small settings of an architecture over the defaults. */
export const paramsOf = (options: Record<string, unknown>): TrainingParams =>
  TrainingParamsSchema.parse({
    site: setup.SITE,
    expansion: 2,
    steps: 24,
    batchSize: 200,
    warmupSteps: 4,
    decaySteps: 6,
    logEvery: 2,
    evalEvery: 10,
    evalTokens: 256,
    checkpointEvery: 5,
    bufferContexts: 16,
    deadWindow: 5,
    seed: 3,
    // What is tested here needs no sample of activations before the first step.
    normalizeActivations: 'none',
    bDecInit: 'zeros',
    ...options,
  })

/** What one attempt does: `rows` metric rows were reported in it so far. May throw, as a kill would end it. */
export type Attempt = (rows: number, stage: string) => Control
export const go: Attempt = () => 'run'

export interface Trained {
  readonly run: TrainingRunParams
  readonly outcomes: readonly (OutcomeOf<'training.run'> | Error)[]
  /** By `key@step`, of the first training; `n:key@step` of the n-th from 1 on. Speeds are left out. */
  readonly stored: ReadonlyMap<string, number | null>
  /** Rows that were reported twice with different values. */
  readonly conflicts: readonly string[]
}

export class TrainingWorld {
  private constructor(
    readonly database: setup.TestDatabase,
    readonly dataDir: string,
    readonly subjects: setup.Subjects,
  ) {}

  static async open(): Promise<TrainingWorld> {
    const database = await setup.createTestDatabase()
    const dataDir = mkdtempSync(join(tmpdir(), 'mistudio-'))
    const subjects = await setup.insertSubjects(database.pool, 64, 8, SIZE)
    await setup.writeTokens(join(dataDir, 'tokenizations', subjects.tokenizationId), 60, SIZE)
    return new TrainingWorld(database, dataDir, subjects)
  }

  async close(): Promise<void> {
    await modelStore.release()
    await saeStore.release()
    await this.database.drop()
    rmSync(this.dataDir, { recursive: true })
  }

  /** Rows of trainings and the parameters of the job that trains them together. */
  async insert(...all: readonly TrainingParams[]): Promise<TrainingRunParams> {
    const members: TrainingRunParams['members'] = []
    for (const [n, params] of all.entries()) {
      const [trainingId, saeId] = [randomUUID(), randomUUID()]
      await this.database.pool.query(`INSERT INTO run (id, kind, name) VALUES ($1, 'training', 'test')`, [trainingId])
      await this.database.pool.query(
        `INSERT INTO training (id, model_id, model_name, tokenization_id, dataset_name, params, d_in, d_sae)
         VALUES ($1, $2, 'demo', $3, 'stories', $4, 128, 256)`,
        [trainingId, this.subjects.modelId, this.subjects.tokenizationId, JSON.stringify(params)],
      )
      members.push({ trainingId, saeId, name: `sae ${n}`, params, parent: null })
    }
    return {
      members,
      modelId: this.subjects.modelId,
      modelName: 'demo',
      modelPath: setup.MODEL_PATH,
      tokenizationId: this.subjects.tokenizationId,
      datasetName: 'stories',
      precision: 'float32',
      capture: null,
    }
  }

  async train(run: TrainingRunParams, attempts: readonly Attempt[] = [go]): Promise<Trained> {
    const outcomes: (OutcomeOf<'training.run'> | Error)[] = []
    const stored = new Map<string, number | null>()
    const conflicts: string[] = []
    for (const [i, control] of attempts.entries()) {
      let rows = 0
      const base = setup.testJob(this.database, this.dataDir, 'training.run', run, {
        attempt: i + 1,
        control: (stage) => control(rows, stage),
      })
      const metrics = (step: number, values: MetricValues, runId?: string) => {
        rows++
        const member = run.members.findIndex(({ trainingId }) => trainingId === runId)
        for (const [key, value] of Object.entries(values)) {
          if (MACHINE.includes(key)) continue
          const at = `${member > 0 ? `${member}:` : ''}${key}@${step}`
          if (stored.has(at) && stored.get(at) !== value) conflicts.push(at)
          stored.set(at, value)
        }
      }
      outcomes.push(await trainPipeline.run({ ...base, threads: 2, metrics }).catch((error: Error) => error))
    }
    return { run, outcomes, stored, conflicts }
  }

  weights(run: TrainingRunParams, member = 0): Buffer {
    return readFileSync(join(this.dataDir, 'saes', run.members[member]!.saeId, 'sae_weights.safetensors'))
  }

  checkpointFolder(run: TrainingRunParams, member = 0): string {
    return join(this.dataDir, 'trainings', run.members[member]!.trainingId, 'checkpoints')
  }

  async row(table: 'sae' | 'training' | 'run', id: string) {
    return (await this.database.pool.query(`SELECT * FROM ${table} WHERE id = $1`, [id])).rows[0]
  }
}

/** Control of an attempt that dies once it has reported more than so many rows. */
export const killedAfter =
  (most: number) =>
  (rows: number): 'run' => {
    if (rows > most) throw new Error('killed')
    return 'run'
  }

/** States of outcomes, messages of errors. */
export const endings = (outcomes: readonly (OutcomeOf<'training.run'> | Error)[]): string[] =>
  outcomes.map((outcome) => (outcome instanceof Error ? outcome.message : outcome.state))
