// Rows of trainings, and of the SAEs and runs that they end in.
import {
  type Checkpoint,
  CheckpointSchema,
  type TrainingAlert,
  TrainingAlertSchema,
  type TrainingSummary,
  TrainingSummarySchema,
} from '@mistudio/contracts'
import { type Sql, statement } from '@mistudio/sql'
import { z } from 'zod'

const byId = statement({
  params: { id: 'uuid' },
  columns: { params: 'jsonb', checkpoints: 'jsonb', alerts: 'jsonb' },
  sql: (p, columns) => `SELECT ${columns} FROM training WHERE id = ${p.id}`,
})

/** Parameters as stored; undefined when the training was deleted. */
export const storedParams = async (db: Sql, id: string): Promise<unknown> => (await byId.first(db, { id }))?.params

/** Alerts that were raised; none of a training that was deleted. */
export const storedAlerts = async (db: Sql, id: string): Promise<TrainingAlert[]> =>
  z.array(TrainingAlertSchema).parse((await byId.first(db, { id }))?.alerts ?? [])

/** Checkpoints that count. */
export const storedCheckpoints = async (db: Sql, id: string): Promise<Checkpoint[]> =>
  z.array(CheckpointSchema).parse((await byId.first(db, { id }))?.checkpoints ?? [])

const reached = statement({
  params: { id: 'uuid', step: 'int', checkpoints: 'jsonb' },
  sql: (p) => `UPDATE training SET step = ${p.step}, checkpoints = ${p.checkpoints} WHERE id = ${p.id}`,
})

/** A checkpoint at `step` counts, among these. */
export const storeReached = (tx: Sql, id: string, step: number, checkpoints: readonly Checkpoint[]): Promise<void> =>
  reached.run(tx, { id, step, checkpoints })

const kept = statement({
  params: { id: 'uuid', checkpoints: 'jsonb' },
  sql: (p) => `UPDATE training SET checkpoints = ${p.checkpoints} WHERE id = ${p.id}`,
})

export const storeCheckpoints = (tx: Sql, id: string, checkpoints: readonly Checkpoint[]): Promise<void> =>
  kept.run(tx, { id, checkpoints })

const branches = statement({
  params: { id: 'uuid' },
  columns: { parentStep: 'int?' },
  sql: (p, columns) => `SELECT ${columns} FROM training WHERE parent_id = ${p.id} AND step = 0 AND parent_step > 0`,
})

/** Steps of a training that others are still to begin from. */
export const awaitedSteps = async (db: Sql, id: string): Promise<number[]> =>
  (await branches.all(db, { id })).flatMap(({ parentStep }) => parentStep ?? [])

const alerted = statement({
  params: { id: 'uuid', alerts: 'jsonb' },
  sql: (p) => `UPDATE training SET alerts = alerts || ${p.alerts} WHERE id = ${p.id}`,
})

export const addAlert = (tx: Sql, id: string, alert: TrainingAlert): Promise<void> =>
  alerted.run(tx, { id, alerts: [alert] })

const finished = statement({
  params: { id: 'uuid' },
  columns: { saeId: 'uuid?', dIn: 'int', dSae: 'int', summary: 'jsonb?' },
  sql: (p) =>
    `SELECT t.sae_id AS "saeId", s.d_in AS "dIn", s.d_sae AS "dSae", r.summary
     FROM training t JOIN run r ON r.id = t.id JOIN sae s ON s.id = t.sae_id WHERE t.id = ${p.id}`,
})

export interface FinishedTraining {
  readonly saeId: string
  readonly dIn: number
  readonly dSae: number
  readonly summary: TrainingSummary
}

/** The SAE and the summary of a training that ended; null before. */
export async function finishedRow(db: Sql, id: string): Promise<FinishedTraining | null> {
  const row = await finished.first(db, { id })
  if (!row?.saeId || !row.summary) return null
  const { saeId, dIn, dSae } = row
  return { saeId, dIn, dSae, summary: TrainingSummarySchema.parse(row.summary) }
}

const SAE = {
  id: 'uuid',
  name: 'text',
  modelId: 'uuid',
  modelName: 'text',
  trainingId: 'uuid',
  site: 'text',
  sites: 'jsonb',
  architecture: 'text',
  dIn: 'int',
  dSae: 'int',
  k: 'int?',
  contextSize: 'int',
  summary: 'jsonb',
  bytes: 'bigint',
  precision: 'text',
} as const
const saeInserted = statement({
  params: SAE,
  sql: (p) =>
    `INSERT INTO sae (id, name, model_id, model_name, training_id, site, sites, architecture, d_in, d_sae, k, context_size,
       summary, bytes, precision)
     VALUES (${p.id}, ${p.name}, (SELECT id FROM model WHERE id = ${p.modelId}), ${p.modelName}, ${p.trainingId}, ${p.site},
       ${p.sites}, ${p.architecture}, ${p.dIn}, ${p.dSae}, ${p.k}, ${p.contextSize}, ${p.summary}, ${p.bytes}, ${p.precision})
     ON CONFLICT (id) DO UPDATE SET summary = excluded.summary, bytes = excluded.bytes`,
})
const ended = statement({
  params: { id: 'uuid', step: 'int', saeId: 'uuid' },
  sql: (p) => `UPDATE training SET step = ${p.step}, sae_id = ${p.saeId} WHERE id = ${p.id}`,
})
const summed = statement({
  params: { id: 'uuid', summary: 'jsonb' },
  sql: (p) => `UPDATE run SET summary = ${p.summary} WHERE id = ${p.id}`,
})

export interface TrainedSae {
  readonly id: string
  readonly name: string
  /** A model that was deleted meanwhile is left out. */
  readonly modelId: string
  readonly modelName: string
  readonly trainingId: string
  readonly site: string
  readonly sites: readonly string[]
  readonly architecture: string
  readonly dIn: number
  readonly dSae: number
  /** null where it is no whole number: such an SAE has no k per token. */
  readonly k: number | null
  readonly contextSize: number
  readonly bytes: number
  readonly precision: string
}

/** The SAE's row, the training's link to it and the run's summary; doing it twice changes nothing. */
export async function storeTrained(tx: Sql, sae: TrainedSae, summary: TrainingSummary): Promise<void> {
  await saeInserted.run(tx, { ...sae, summary })
  await ended.run(tx, { id: sae.trainingId, step: summary.steps, saeId: sae.id })
  await summed.run(tx, { id: sae.trainingId, summary })
}
