// Rows of tokenizations.

import { type ListQuery, TERMINAL_STATES } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx } from '../common/database.js'
import { type Found, inOrder, type Listing, pageOfIds } from '../common/list.js'
import type { User } from '../common/users-error.js'
import type { Prisma } from '../generated/prisma/client.js'

const withNames = {
  include: { dataset: { select: { name: true } }, model: { select: { name: true, path: true } } },
} as const
export type TokenizationRow = Prisma.TokenizationGetPayload<typeof withNames>
const LISTING: Listing = {
  from: 'tokenization t JOIN dataset d ON d.id = t.dataset_id JOIN model m ON m.id = t.model_id',
  id: 't.id',
  search: ['d.name', 'm.name'],
  sort: { createdAt: 't.created_at', contextSize: 't.context_size' },
  filters: { datasetId: 't.dataset_id = $', modelId: 't.model_id = $', ready: '(t.ready_at IS NOT NULL) = $' },
}

export interface NewTokenization {
  readonly id: string
  readonly datasetId: string
  readonly modelId: string
  readonly contextSize: number
  readonly prependBos: boolean
}

@Injectable()
export class TokenizationsRepository {
  constructor(private readonly database: Database) {}

  async list(query: ListQuery): Promise<{ rows: TokenizationRow[]; found: Found }> {
    const { ids, ...found } = await pageOfIds(this.database.pool, LISTING, query)
    const rows = await this.database.prisma.tokenization.findMany({ ...withNames, where: { id: { in: [...ids] } } })
    return { rows: inOrder(ids, rows), found }
  }

  find(id: string): Promise<TokenizationRow | null> {
    return this.database.prisma.tokenization.findUnique({ ...withNames, where: { id } })
  }

  async create(tx: Tx, data: NewTokenization): Promise<void> {
    await tx.tokenization.create({ data })
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.tokenization.deleteMany({ where: { id } })
  }

  /** What reads one of these and has not ended. Ended work needs it no more. */
  async users(ids: readonly string[], db: Tx): Promise<User[]> {
    const wanted = [...ids]
    return db.$queryRaw<User[]>`
      SELECT type, id, name FROM (
        SELECT 'training' AS type, t.id, r.name, coalesce(t.group_id, t.id) AS subject
          FROM training t JOIN run r ON r.id = t.id WHERE t.tokenization_id = ANY(${wanted}::uuid[])
        UNION ALL SELECT 'extraction', e.id, s.name, e.id
          FROM extraction e JOIN sae s ON s.id = e.sae_id WHERE e.tokenization_id = ANY(${wanted}::uuid[])
        UNION ALL SELECT 'capture', c.id, c.model_name, c.id FROM capture c WHERE c.tokenization_id = ANY(${wanted}::uuid[])
      ) u WHERE EXISTS (SELECT 1 FROM job j WHERE j.subject_id = u.subject AND j.state <> ALL(${[...TERMINAL_STATES]}::text[]))
      UNION ALL SELECT 'self-check', s.id, s.name FROM sae s JOIN job j ON j.subject_id = s.id
        WHERE j.kind = ANY('{sae.import,sae.check}'::text[]) AND j.state <> ALL(${[...TERMINAL_STATES]}::text[])
        AND j.params->'text'->>'tokenizationId' = ANY(${wanted}::text[])`
  }
}
