// Rows of datasets.

import type { DatasetSource, Describe, ListQuery } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx, toJson } from '../common/database.js'
import { describe, describedSearch, tagFilter, tagValues } from '../common/describe.js'
import { asCounted, type Found, inOrder, type Listing, pageOfIds, underWay } from '../common/list.js'
import type { Prisma } from '../generated/prisma/client.js'

const withCount = { include: { _count: { select: { tokenizations: true } } } } as const
export type DatasetRow = Prisma.DatasetGetPayload<typeof withCount>
const LISTING: Listing = {
  from: 'dataset d',
  id: 'd.id',
  search: [...describedSearch('d'), 'd.file_name'],
  sort: {
    createdAt: 'd.created_at',
    name: asCounted('d.name'),
    documents: "(d.stats->>'documents')::float8",
    work: underWay('d.id', 'd.created_at'),
    tokenizations: '(SELECT count(*) FROM tokenization t WHERE t.dataset_id = d.id)',
  },
  filters: { ready: '(d.ready_at IS NOT NULL) = $', tag: tagFilter('d') },
  facets: {
    tag: tagValues('d'),
    tokenized: "CASE WHEN EXISTS (SELECT 1 FROM tokenization t WHERE t.dataset_id = d.id) THEN 'yes' ELSE 'no' END",
  },
}

export interface NewDataset {
  readonly id: string
  readonly name: string
  readonly fileName: string
  readonly source: DatasetSource
}

@Injectable()
export class DatasetsRepository {
  constructor(private readonly database: Database) {}

  async list(query: ListQuery): Promise<{ rows: DatasetRow[]; found: Found }> {
    const { ids, ...found } = await pageOfIds(this.database.pool, LISTING, query)
    const rows = await this.database.prisma.dataset.findMany({ ...withCount, where: { id: { in: [...ids] } } })
    return { rows: inOrder(ids, rows), found }
  }

  find(id: string): Promise<DatasetRow | null> {
    return this.database.prisma.dataset.findUnique({ ...withCount, where: { id } })
  }

  async create(tx: Tx, dataset: NewDataset): Promise<void> {
    await tx.dataset.create({ data: { ...dataset, source: toJson(dataset.source) } })
  }

  async tokenizationIds(id: string, db: Tx = this.database.prisma): Promise<string[]> {
    const rows = await db.tokenization.findMany({ where: { datasetId: id }, select: { id: true } })
    return rows.map((row) => row.id)
  }

  describe(id: string, changes: Describe, seen: string | null): Promise<void> {
    return describe(this.database, 'dataset', id, changes, seen)
  }

  /** Its tokenizations go with it. */
  async remove(tx: Tx, id: string): Promise<void> {
    await tx.dataset.deleteMany({ where: { id } })
  }
}
