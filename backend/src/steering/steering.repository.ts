// Rows of steering experiments.

import { type CreateSteering, type ListQuery, type Precision, TERMINAL_STATES } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx, toJson } from '../common/database.js'
import { takeRows } from '../common/hold.js'
import { asCounted, type Found, inOrder, type Listing, pageOfIds } from '../common/list.js'
import type { Steering } from '../generated/prisma/client.js'

export interface NewSteering {
  readonly id: string
  readonly modelId: string
  readonly modelName: string
  readonly precision: Precision
  readonly extractionId: string | null
  readonly saeId: string | null
  readonly site: string | null
  readonly request: CreateSteering
}

const LISTING: Listing = {
  from: 'steering s',
  id: 's.id',
  search: ['s.name', 's.model_name', "s.request->>'prompt'"],
  sort: { createdAt: 's.created_at', name: asCounted('s.name') },
  filters: {
    modelId: 's.model_id = $',
    saeId: 's.sae_id = $',
    extractionId: 's.extraction_id = $',
    named: '(s.name IS NOT NULL) = $',
    steered: "(jsonb_array_length(s.request->'variants') > 0) = $",
  },
}

/** Unnamed experiments kept. */
const HISTORY = 100

@Injectable()
export class SteeringRepository {
  constructor(private readonly database: Database) {}

  /** Experiments without the details of their completions. */
  async list(query: ListQuery): Promise<{ rows: Omit<Steering, 'details'>[]; found: Found }> {
    const { ids, ...found } = await pageOfIds(this.database.pool, LISTING, query)
    const where = { id: { in: [...ids] } }
    const rows = await this.database.prisma.steering.findMany({ where, omit: { details: true } })
    return { rows: inOrder(ids, rows), found }
  }

  find(id: string): Promise<Steering | null> {
    return this.database.prisma.steering.findUnique({ where: { id } })
  }

  async create(tx: Tx, steering: NewSteering): Promise<void> {
    await tx.steering.create({ data: { ...steering, request: toJson(steering.request) } })
  }

  /** @param check sees the name as it is now. */
  async rename(id: string, name: string | null, check: (now: { name: string | null }) => void): Promise<void> {
    await this.database.transaction(async (tx) => {
      await takeRows(tx, [{ type: 'steering', id }])
      check(await tx.steering.findUniqueOrThrow({ where: { id }, select: { name: true } }))
      await tx.steering.update({ where: { id }, data: { name } })
    })
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.steering.deleteMany({ where: { id } })
  }

  /** Forgets unnamed experiments beyond the newest hundred, except those that still run. */
  async prune(tx: Tx): Promise<void> {
    await tx.$executeRaw`
      DELETE FROM steering WHERE id IN (
        SELECT id FROM steering WHERE name IS NULL ORDER BY created_at DESC, id OFFSET ${HISTORY})
      AND NOT EXISTS (SELECT 1 FROM job j WHERE j.subject_id = steering.id AND j.state <> ALL(${[...TERMINAL_STATES]}::text[]))`
  }
}
