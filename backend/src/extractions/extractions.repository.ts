// Rows of extractions.
import type { ListQuery, Precision, TrainedOn } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx, toJson } from '../common/database.js'
import { asCounted, type Found, inOrder, type Listing, pageOfIds, underWay } from '../common/list.js'
import type { Prisma } from '../generated/prisma/client.js'
import { dropPartitions } from './partitions.js'

const withSae = { include: { sae: true } } as const
export type ExtractionRow = Prisma.ExtractionGetPayload<typeof withSae>
const LISTING: Listing = {
  from: 'extraction e JOIN sae s ON s.id = e.sae_id',
  id: 'e.id',
  search: ['s.name', 's.model_name', 's.site', 'e.dataset_name'],
  sort: {
    createdAt: 'e.created_at',
    name: asCounted("s.name || ' ' || e.dataset_name"),
    work: underWay('e.id', 'e.created_at'),
  },
  filters: { saeId: 'e.sae_id = $', tokenizationId: 'e.tokenization_id = $', ready: '(e.ready_at IS NOT NULL) = $' },
  facets: { sae: 's.name', model: 's.model_name', dataset: 'e.dataset_name' },
}

export interface NewExtraction {
  readonly id: string
  readonly saeId: string
  readonly tokenizationId: string
  readonly datasetName: string
  readonly precision: Precision
  readonly trainedOn: TrainedOn
  readonly params: unknown
}

@Injectable()
export class ExtractionsRepository {
  constructor(private readonly database: Database) {}

  async list(query: ListQuery): Promise<{ rows: ExtractionRow[]; found: Found }> {
    const { ids, ...found } = await pageOfIds(this.database.pool, LISTING, query)
    const rows = await this.database.prisma.extraction.findMany({ ...withSae, where: { id: { in: [...ids] } } })
    return { rows: inOrder(ids, rows), found }
  }

  find(id: string): Promise<ExtractionRow | null> {
    return this.database.prisma.extraction.findUnique({ ...withSae, where: { id } })
  }

  async create(tx: Tx, extraction: NewExtraction): Promise<void> {
    await tx.extraction.create({ data: { ...extraction, params: toJson(extraction.params) } })
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await dropPartitions(tx, id)
    await tx.extraction.deleteMany({ where: { id } })
  }
}
