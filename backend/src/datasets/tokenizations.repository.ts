// Rows of tokenizations.

import { TERMINAL_STATES } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx } from '../common/database.js'
import type { User } from '../common/users-error.js'
import type { Prisma } from '../generated/prisma/client.js'

const withNames = {
  include: { dataset: { select: { name: true } }, model: { select: { name: true, path: true } } },
} as const
export type TokenizationRow = Prisma.TokenizationGetPayload<typeof withNames>

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

  list(filter: { datasetId?: string | undefined; modelId?: string | undefined }): Promise<TokenizationRow[]> {
    const where = {
      ...(filter.datasetId ? { datasetId: filter.datasetId } : {}),
      ...(filter.modelId ? { modelId: filter.modelId } : {}),
    }
    return this.database.prisma.tokenization.findMany({ ...withNames, where, orderBy: { createdAt: 'desc' } })
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

  /** Trainings and extractions that read one of these and have not ended. Ended ones need it no more. */
  async users(ids: readonly string[]): Promise<User[]> {
    const { rows } = await this.database.pool.query<User>(
      `SELECT * FROM (
         SELECT 'training' AS type, t.id, r.name FROM training t JOIN run r ON r.id = t.id WHERE t.tokenization_id = ANY($1)
         UNION ALL SELECT 'extraction', e.id, s.name FROM extraction e JOIN sae s ON s.id = e.sae_id WHERE e.tokenization_id = ANY($1)
       ) u WHERE EXISTS (SELECT 1 FROM job j WHERE j.subject_id = u.id AND j.state <> ALL($2))`,
      [ids, [...TERMINAL_STATES]],
    )
    return rows
  }
}
