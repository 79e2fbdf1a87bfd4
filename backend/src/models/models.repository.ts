// Rows of models.

import { TERMINAL_STATES } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx } from '../common/database.js'
import type { Model } from '../generated/prisma/client.js'

@Injectable()
export class ModelsRepository {
  constructor(private readonly database: Database) {}

  list(): Promise<Model[]> {
    return this.database.prisma.model.findMany({ orderBy: { createdAt: 'desc' } })
  }

  find(id: string): Promise<Model | null> {
    return this.database.prisma.model.findUnique({ where: { id } })
  }

  findByPath(path: string): Promise<Model | null> {
    return this.database.prisma.model.findFirst({ where: { path } })
  }

  async create(tx: Tx, data: { id: string; name: string; path: string }): Promise<void> {
    await tx.model.create({ data })
  }

  async rename(id: string, name: string): Promise<void> {
    await this.database.prisma.model.update({ where: { id }, data: { name } })
  }

  async remove(id: string): Promise<void> {
    await this.database.prisma.model.deleteMany({ where: { id } })
  }

  /** What needs this model: SAEs, tokenizations and trainings that have not ended. */
  async users(id: string): Promise<{ type: string; id: string; name: string }[]> {
    const { rows } = await this.database.pool.query<{ type: string; id: string; name: string }>(
      `SELECT 'sae' AS type, id, name FROM sae WHERE model_id = $1
       UNION ALL SELECT 'tokenization', t.id, d.name FROM tokenization t JOIN dataset d ON d.id = t.dataset_id WHERE t.model_id = $1
       UNION ALL SELECT 'training', t.id, r.name FROM training t JOIN run r ON r.id = t.id WHERE t.model_id = $1 AND EXISTS
         (SELECT 1 FROM job j WHERE j.subject_id = t.id AND j.state <> ALL($2))`,
      [id, [...TERMINAL_STATES]],
    )
    return rows
  }
}
