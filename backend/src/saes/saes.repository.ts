// Rows of SAEs.

import type { Describe } from '@mistudio/contracts'
import { type ListQuery, type Precision, type SaeOrigin, TERMINAL_STATES } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx, toJson } from '../common/database.js'
import { describe, describedSearch, tagFilter, tagValues } from '../common/describe.js'
import { asCounted, type Found, inOrder, type Listing, pageOfIds } from '../common/list.js'
import type { User } from '../common/users-error.js'
import type { Prisma } from '../generated/prisma/client.js'

const withCount = {
  include: { _count: { select: { extractions: true } }, model: { select: { path: true, precision: true } } },
} as const
export type SaeRow = Prisma.SaeGetPayload<typeof withCount>
const LISTING: Listing = {
  from: 'sae s',
  id: 's.id',
  search: [...describedSearch('s'), 's.model_name', 's.site', 's.sites::text', 's.architecture'],
  sort: {
    createdAt: 's.created_at',
    name: asCounted('s.name'),
    dSae: 's.d_sae',
    bytes: 's.bytes',
    extractions: '(SELECT count(*) FROM extraction e WHERE e.sae_id = s.id)',
  },
  filters: {
    tag: tagFilter('s'),
    modelId: 's.model_id = $',
    trainingId: 's.training_id = $',
    ready: '(s.ready_at IS NOT NULL) = $',
  },
  facets: {
    tag: tagValues('s'),
    architecture: 's.architecture',
    model: 's.model_name',
    site: "CASE WHEN jsonb_array_length(s.sites) > 1 THEN 'several' ELSE s.site END",
    origin: "CASE WHEN s.training_id IS NULL THEN 'imported' ELSE 'trained' END",
  },
}

/** An SAE whose files are still to come. */
export interface NewSae {
  readonly id: string
  readonly name: string
  readonly modelId: string
  readonly modelName: string
  readonly precision: Precision
  readonly site: string
  readonly siteOut: string | null
  readonly origin: SaeOrigin
}

@Injectable()
export class SaesRepository {
  constructor(private readonly database: Database) {}

  async list(query: ListQuery): Promise<{ rows: SaeRow[]; found: Found }> {
    const { ids, ...found } = await pageOfIds(this.database.pool, LISTING, query)
    const rows = await this.database.prisma.sae.findMany({ ...withCount, where: { id: { in: [...ids] } } })
    return { rows: inOrder(ids, rows), found }
  }

  find(id: string): Promise<SaeRow | null> {
    return this.database.prisma.sae.findUnique({ ...withCount, where: { id } })
  }

  async create(tx: Tx, { origin, ...sae }: NewSae): Promise<void> {
    await tx.sae.create({
      data: {
        ...sae,
        source: toJson(origin),
        architecture: '',
        dIn: 0,
        dSae: 0,
        contextSize: 0,
        bytes: 0n,
        readyAt: null,
      },
    })
  }

  /** What the training of an SAE ran on; null when it was not trained here or the training is gone. */
  async training(id: string): Promise<{ params: unknown; datasetName: string } | null> {
    const select = { params: true, datasetName: true } as const
    return this.database.prisma.training.findUnique({ where: { id }, select })
  }

  /** Dataset and counts of the text that a training read; null when either is gone. */
  async textOfTraining(trainingId: string): Promise<{ datasetId: string; stats: Prisma.JsonValue } | null> {
    const select = { tokenization: { select: { datasetId: true, stats: true } } }
    const training = await this.database.prisma.training.findUnique({ where: { id: trainingId }, select })
    return training?.tokenization ?? null
  }

  describe(id: string, changes: Describe, seen: string | null): Promise<void> {
    return describe(this.database, 'sae', id, changes, seen)
  }

  /** Its labels and notes go with it; the training forgets it. */
  async remove(tx: Tx, id: string): Promise<void> {
    await tx.training.updateMany({ where: { saeId: id }, data: { saeId: null } })
    await tx.sae.deleteMany({ where: { id } })
  }

  /** Extractions of this SAE and steering that has not ended. */
  users(id: string, db: Tx): Promise<User[]> {
    return db.$queryRaw<User[]>`
      SELECT 'extraction' AS type, id, dataset_name AS name FROM extraction WHERE sae_id = ${id}::uuid
      UNION ALL SELECT 'steering', s.id, coalesce(s.name, 'unnamed') FROM steering s WHERE s.sae_id = ${id}::uuid AND EXISTS
        (SELECT 1 FROM job j WHERE j.subject_id = s.id AND j.state <> ALL(${[...TERMINAL_STATES]}::text[]))`
  }
}
