// Rows of captures.
import { Injectable } from '@nestjs/common'
import { Database, type Tx, toJson } from '../common/database.js'
import type { Prisma } from '../generated/prisma/client.js'

export type CaptureRow = Prisma.CaptureGetPayload<object>
type NewCapture = Pick<
  CaptureRow,
  'id' | 'modelId' | 'modelName' | 'tokenizationId' | 'datasetName' | 'precision' | 'contextSize' | 'tokens'
> & { readonly params: unknown; readonly sites: unknown }

@Injectable()
export class ActivationsRepository {
  constructor(private readonly database: Database) {}

  list(): Promise<CaptureRow[]> {
    return this.database.prisma.capture.findMany({ orderBy: { createdAt: 'desc' } })
  }

  find(id: string): Promise<CaptureRow | null> {
    return this.database.prisma.capture.findUnique({ where: { id } })
  }

  async create(tx: Tx, capture: NewCapture): Promise<void> {
    const { params, sites, ...rest } = capture
    await tx.capture.create({ data: { ...rest, params: toJson(params), sites: toJson(sites) } })
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.capture.deleteMany({ where: { id } })
  }
}
