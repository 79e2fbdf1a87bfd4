// Rows of steering experiments.

import { type CreateSteering, type Precision, TERMINAL_STATES } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx, toJson } from '../common/database.js'
import { takeRows } from '../common/hold.js'
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

/** Unnamed experiments kept. */
const HISTORY = 100

@Injectable()
export class SteeringRepository {
  constructor(private readonly database: Database) {}

  /** All experiments, newest first, without the details of their completions. */
  list(): Promise<Omit<Steering, 'details'>[]> {
    return this.database.prisma.steering.findMany({ orderBy: { createdAt: 'desc' }, omit: { details: true } })
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
