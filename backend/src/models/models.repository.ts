// Rows of models.

import type { Describe } from '@mistudio/contracts'
import { type HubSource, type ListQuery, type Precision, TERMINAL_STATES } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx, toJson } from '../common/database.js'
import { describe, describedSearch, tagFilter, tagValues } from '../common/describe.js'
import { asCounted, type Found, inOrder, type Listing, pageOfIds, underWay } from '../common/list.js'
import type { User } from '../common/users-error.js'
import type { Model } from '../generated/prisma/client.js'

/** A row without its report, which is large and asked for by itself. */
export type ModelRow = Omit<Model, 'parityReport'>
const omit = { parityReport: true } as const
const LISTING: Listing = {
  from: 'model m',
  id: 'm.id',
  search: [...describedSearch('m'), 'm.path', "m.hub->>'repo'", "m.spec->>'architecture'"],
  sort: {
    createdAt: 'm.created_at',
    name: asCounted('m.name'),
    parameters: "(m.spec->>'parameters')::float8",
    work: underWay('m.id', 'm.created_at'),
  },
  filters: { ready: '(m.ready_at IS NOT NULL) = $', tag: tagFilter('m') },
  facets: {
    architecture: "coalesce(m.spec->>'architecture', 'unknown')",
    precision: 'm.precision',
    tag: tagValues('m'),
  },
}

interface NewModel {
  readonly id: string
  readonly name: string
  readonly path: string
  readonly precision: Precision
  readonly hub?: HubSource
}

@Injectable()
export class ModelsRepository {
  constructor(private readonly database: Database) {}

  async list(query: ListQuery): Promise<{ rows: ModelRow[]; found: Found }> {
    const { ids, ...found } = await pageOfIds(this.database.pool, LISTING, query)
    const rows = await this.database.prisma.model.findMany({ omit, where: { id: { in: [...ids] } } })
    return { rows: inOrder(ids, rows), found }
  }

  find(id: string): Promise<ModelRow | null> {
    return this.database.prisma.model.findUnique({ omit, where: { id } })
  }

  findByPath(path: string): Promise<ModelRow | null> {
    return this.database.prisma.model.findFirst({ omit, where: { path } })
  }

  /** The newest parity report as stored; null when there is none. */
  async parityReport(id: string): Promise<unknown> {
    const row = await this.database.prisma.model.findUnique({ where: { id }, select: { parityReport: true } })
    return row?.parityReport ?? null
  }

  async create(tx: Tx, { hub, ...data }: NewModel): Promise<void> {
    await tx.model.create({ data: { ...data, ...(hub ? { hub: toJson(hub) } : {}) } })
  }

  /** The model of a path, looked up alone: until `tx` ends nobody else who asks this way gets an answer. */
  async findByPathAlone(tx: Tx, path: string): Promise<ModelRow | null> {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${path}, 0))`
    return tx.model.findFirst({ omit, where: { path } })
  }

  describe(id: string, changes: Describe, seen: string | null): Promise<void> {
    return describe(this.database, 'model', id, changes, seen)
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.storedCheck.deleteMany({ where: { room: 'models', id } })
    await tx.model.deleteMany({ where: { id } })
  }

  /** What needs this model: SAEs, tokenizations, and work with it that has not ended. */
  users(id: string, db: Tx): Promise<User[]> {
    return db.$queryRaw<User[]>`
      SELECT 'sae' AS type, id, name FROM sae WHERE model_id = ${id}::uuid
      UNION ALL SELECT 'tokenization', t.id, d.name FROM tokenization t JOIN dataset d ON d.id = t.dataset_id WHERE t.model_id = ${id}::uuid
      UNION ALL SELECT type, id, name FROM (
        SELECT 'training' AS type, t.id, r.name, coalesce(t.group_id, t.id) AS subject
          FROM training t JOIN run r ON r.id = t.id WHERE t.model_id = ${id}::uuid
        UNION ALL SELECT 'capture', c.id, c.dataset_name, c.id FROM capture c WHERE c.model_id = ${id}::uuid
        UNION ALL SELECT 'steering', s.id, coalesce(s.name, 'unnamed'), s.id FROM steering s WHERE s.model_id = ${id}::uuid
      ) u WHERE EXISTS (SELECT 1 FROM job j WHERE j.subject_id = u.subject AND j.state <> ALL(${[...TERMINAL_STATES]}::text[]))`
  }
}
