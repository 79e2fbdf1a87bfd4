// Rows of captures.
import { type ListQuery, TERMINAL_STATES } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx, toJson } from '../common/database.js'
import { type Found, inOrder, type Listing, pageOfIds } from '../common/list.js'
import type { User } from '../common/users-error.js'
import type { Prisma } from '../generated/prisma/client.js'

export type CaptureRow = Prisma.CaptureGetPayload<object>
const LISTING: Listing = {
  from: 'capture c',
  id: 'c.id',
  search: ['c.model_name', 'c.dataset_name', 'c.sites::text'],
  sort: { createdAt: 'c.created_at', tokens: 'c.tokens' },
  filters: {
    modelId: 'c.model_id = $',
    tokenizationId: 'c.tokenization_id = $',
    ready: '(c.ready_at IS NOT NULL) = $',
  },
  facets: { model: 'c.model_name', dataset: 'c.dataset_name' },
}
type NewCapture = Pick<
  CaptureRow,
  'id' | 'modelId' | 'modelName' | 'tokenizationId' | 'datasetName' | 'precision' | 'contextSize' | 'tokens'
> & { readonly params: unknown; readonly sites: unknown }

@Injectable()
export class CapturesRepository {
  constructor(private readonly database: Database) {}

  async list(query: ListQuery): Promise<{ rows: CaptureRow[]; found: Found }> {
    const { ids, ...found } = await pageOfIds(this.database.pool, LISTING, query)
    const rows = await this.database.prisma.capture.findMany({ where: { id: { in: [...ids] } } })
    return { rows: inOrder(ids, rows), found }
  }

  find(id: string): Promise<CaptureRow | null> {
    return this.database.prisma.capture.findUnique({ where: { id } })
  }

  async create(tx: Tx, capture: NewCapture): Promise<void> {
    const { params, sites, ...rest } = capture
    await tx.capture.create({ data: { ...rest, params: toJson(params), sites: toJson(sites) } })
  }

  /** Trainings that read it and have not ended: also those that are paused, or resume after a restart. */
  users(id: string, db: Tx): Promise<User[]> {
    return db.$queryRaw<User[]>`
      SELECT 'training' AS type, t.id, r.name FROM training t JOIN run r ON r.id = t.id WHERE t.capture_id = ${id}::uuid AND EXISTS
        (SELECT 1 FROM job j WHERE j.subject_id = coalesce(t.group_id, t.id) AND j.state <> ALL(${[...TERMINAL_STATES]}::text[]))`
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.capture.deleteMany({ where: { id } })
  }
}
