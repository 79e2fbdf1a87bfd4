// Rows of trainings, their runs and their metrics.

import type { Describe } from '@mistudio/contracts'
import {
  type Checkpoint,
  CheckpointSchema,
  type ListQuery,
  type Precision,
  TERMINAL_STATES,
  type TrainingCapture,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx, toJson } from '../common/database.js'
import { describe, describedSearch, tagFilter, tagValues } from '../common/describe.js'
import { asCounted, type Found, inOrder, type Listing, pageOfIds, underWay } from '../common/list.js'
import type { User } from '../common/users-error.js'
import type { Prisma } from '../generated/prisma/client.js'
import { RunsRepository } from '../runs/runs.repository.js'

const withRun = { include: { run: true } } as const
export type TrainingRow = Prisma.TrainingGetPayload<typeof withRun>
const LISTING: Listing = {
  from: 'training t JOIN run r ON r.id = t.id',
  id: 't.id',
  subject: 'coalesce(t.group_id, t.id)',
  search: [...describedSearch('r'), 't.model_name', 't.dataset_name', "t.params->>'site'"],
  sort: {
    createdAt: 'r.created_at',
    name: asCounted('r.name'),
    step: 't.step',
    fvu: "(r.summary->>'fvu')::float8",
    l0: "(r.summary->>'l0')::float8",
    work: underWay('coalesce(t.group_id, t.id)', 'r.created_at'),
  },
  filters: {
    modelId: 't.model_id = $',
    tokenizationId: 't.tokenization_id = $',
    captureId: 't.capture_id = $',
    sweepId: 't.sweep_id = $',
    groupId: 'coalesce(t.group_id, t.id) = $',
    parentId: 't.parent_id = $',
    tag: tagFilter('r'),
  },
  facets: {
    model: 't.model_name',
    architecture: "t.params->>'architecture'",
    site: "t.params->>'site'",
    tag: tagValues('r'),
  },
}

export interface NewTraining {
  readonly id: string
  readonly name: string
  readonly notes: string
  readonly tags: readonly string[]
  readonly modelId: string
  readonly modelName: string
  readonly tokenizationId: string
  readonly datasetName: string
  readonly precision: Precision
  readonly capture: TrainingCapture | null
  readonly params: unknown
  readonly dIn: number
  readonly dSae: number
  readonly sweepId: string | null
  /** null: a job of its own. */
  readonly groupId: string | null
  readonly parentId: string | null
  readonly parentStep: number | null
}

export interface Series {
  readonly steps: number[]
  readonly values: (number | null)[]
}

@Injectable()
export class TrainingsRepository {
  constructor(
    private readonly database: Database,
    private readonly runs: RunsRepository,
  ) {}

  async list(query: ListQuery): Promise<{ rows: TrainingRow[]; found: Found }> {
    const { ids, ...found } = await pageOfIds(this.database.pool, LISTING, query)
    const rows = await this.database.prisma.training.findMany({ ...withRun, where: { id: { in: [...ids] } } })
    return { rows: inOrder(ids, rows), found }
  }

  find(id: string): Promise<TrainingRow | null> {
    return this.database.prisma.training.findUnique({ ...withRun, where: { id } })
  }

  async create(tx: Tx, { name, notes, tags, capture, ...training }: NewTraining): Promise<void> {
    const params = toJson(training.params)
    const { id: captureId = null, ...facts } = capture ?? {}
    const source = capture ? { captureId, capture: toJson(facts) } : {}
    await tx.run.create({
      data: { id: training.id, kind: 'sae-training', name, notes, tags: [...tags], config: params },
    })
    await tx.training.create({ data: { ...training, params, ...source } })
  }

  describe(id: string, changes: Describe, seen: string | null): Promise<void> {
    return describe(this.database, 'training', id, changes, seen)
  }

  /** Trainings in the job of this group. */
  groupSize(groupId: string): Promise<number> {
    return this.database.prisma.training.count({ where: { OR: [{ id: groupId }, { groupId }] } })
  }

  /** Checkpoints as they are stored now; none when the training is gone. */
  async checkpoints(tx: Tx, id: string): Promise<Checkpoint[]> {
    const row = await tx.training.findUnique({ where: { id }, select: { checkpoints: true } })
    return CheckpointSchema.array().parse(row?.checkpoints ?? [])
  }

  async setCheckpoints(tx: Tx, id: string, checkpoints: readonly Checkpoint[]): Promise<void> {
    await tx.training.update({ where: { id }, data: { checkpoints: toJson(checkpoints) } })
  }

  /** Branches from a checkpoint of this training (from `step`, or any) that have not ended and have no checkpoint of their own yet. */
  branches(id: string, step: number | null, db: Tx): Promise<User[]> {
    return db.$queryRaw<User[]>`
      SELECT 'training' AS type, t.id, r.name FROM training t JOIN run r ON r.id = t.id
      WHERE t.parent_id = ${id}::uuid AND t.parent_step > 0 AND t.checkpoints = '[]'::jsonb
      AND (${step}::int IS NULL OR t.parent_step = ${step}::int) AND EXISTS
        (SELECT 1 FROM job j WHERE j.subject_id = coalesce(t.group_id, t.id) AND j.state <> ALL(${[...TERMINAL_STATES]}::text[]))`
  }

  /** Training, run and metrics. The SAE it made stays. */
  async remove(tx: Tx, id: string): Promise<void> {
    await tx.run.deleteMany({ where: { id } })
  }

  /** Newest value of every metric of trainings. */
  async latest(ids: readonly string[]): Promise<Map<string, Record<string, number | null>>> {
    const summaries = await this.runs.summaries(ids)
    const newest = (id: string) =>
      Object.fromEntries(
        (summaries.get(id) ?? []).map(({ path, last }) => [path, typeof last === 'number' ? last : null]),
      )
    return new Map(ids.map((id) => [id, newest(id)]))
  }

  /** Every value of every metric, and the sequence number of the newest event of the group's job, from one snapshot of the database. */
  async metrics(id: string, groupId: string): Promise<{ seq: number; series: Record<string, Series> }> {
    const all = { keys: null, from: null, to: null }
    const [read, seq] = await this.runs.points(id, all, async (client) => {
      const { rows } = await client.query<{ seq: number }>(
        `SELECT seq FROM job WHERE subject_id = $1 AND kind = 'training.run' ORDER BY created_at DESC LIMIT 1`,
        [groupId],
      )
      return rows[0]?.seq ?? -1
    })
    const series = [...(read?.series ?? [])].map(([path, { steps, values }]): [string, Series] => {
      return [path, { steps: [...steps], values: values.map((value) => (Number.isFinite(value) ? value : null)) }]
    })
    return { seq, series: Object.fromEntries(series) }
  }
}
