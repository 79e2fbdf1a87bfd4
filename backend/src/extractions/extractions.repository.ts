// Rows of extractions.
import type { Precision, TrainedOn } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx, toJson } from '../common/database.js'
import type { Prisma } from '../generated/prisma/client.js'
import { dropPartitions } from './partitions.js'

const withSae = { include: { sae: true } } as const
export type ExtractionRow = Prisma.ExtractionGetPayload<typeof withSae>

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

  list(saeId?: string): Promise<ExtractionRow[]> {
    const where = saeId ? { saeId } : {}
    return this.database.prisma.extraction.findMany({ ...withSae, where, orderBy: { createdAt: 'desc' } })
  }

  find(id: string): Promise<ExtractionRow | null> {
    return this.database.prisma.extraction.findUnique({ ...withSae, where: { id } })
  }

  /** Dataset and counts of the text that a training read; null when either is gone. */
  async textOfTraining(trainingId: string): Promise<{ datasetId: string; stats: Prisma.JsonValue } | null> {
    const select = { tokenization: { select: { datasetId: true, stats: true } } }
    const training = await this.database.prisma.training.findUnique({ where: { id: trainingId }, select })
    return training?.tokenization ?? null
  }

  async create(tx: Tx, extraction: NewExtraction): Promise<void> {
    await tx.extraction.create({ data: { ...extraction, params: toJson(extraction.params) } })
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await dropPartitions(tx, id)
    await tx.extraction.deleteMany({ where: { id } })
  }
}
