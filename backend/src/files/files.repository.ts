// Rows of uploads.

import type { Upload } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx } from '../common/database.js'
import type { Upload as UploadRow } from '../generated/prisma/client.js'

const toUpload = ({ id, name, size, sha256 }: UploadRow): Upload => ({ id, name, size: Number(size), sha256 })

@Injectable()
export class FilesRepository {
  constructor(private readonly database: Database) {}

  async create(upload: Upload): Promise<void> {
    await this.database.prisma.upload.create({ data: { ...upload, size: BigInt(upload.size) } })
  }

  async find(id: string): Promise<Upload | null> {
    const row = await this.database.prisma.upload.findUnique({ where: { id } })
    return row ? toUpload(row) : null
  }

  async remove(tx: Tx, ids: readonly string[]): Promise<void> {
    await tx.upload.deleteMany({ where: { id: { in: [...ids] } } })
  }

  /** Uploads older than a day that no unfinished import still needs. */
  async stale(): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ id: string }>(
      `SELECT u.id FROM upload u WHERE u.created_at < now() - interval '1 day' AND NOT EXISTS
         (SELECT 1 FROM dataset d WHERE d.ready_at IS NULL AND d.source->>'uploadId' = u.id::text)`,
    )
    return rows.map(({ id }) => id)
  }

  /** Whether a dataset that is not ready yet takes its text from this upload. */
  async inUse(id: string): Promise<boolean> {
    const { rowCount } = await this.database.pool.query(
      `SELECT 1 FROM dataset WHERE ready_at IS NULL AND source->>'uploadId' = $1 LIMIT 1`,
      [id],
    )
    return rowCount === 1
  }
}
