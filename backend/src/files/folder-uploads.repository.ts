// Rows of folders that come in pieces, and of their files.
import { type FolderUpload, type UploadedFile, UploadPurposeSchema } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx } from '../common/database.js'
import { iso } from '../common/time.js'
import type { FolderUploadFile as FileRow, FolderUpload as FolderRow } from '../generated/prisma/client.js'

type Row = FolderRow & { files: FileRow[] }

const toFile = ({ index, name, size, modified, received, sha256 }: FileRow): UploadedFile => ({
  index,
  name,
  size: Number(size),
  modified: Number(modified),
  received: Number(received),
  sha256,
})

const toUpload = ({ id, name, purpose, path, touchedAt, files }: Row, modelId: string | null): FolderUpload => ({
  id,
  name,
  purpose: UploadPurposeSchema.parse(purpose),
  path,
  files: files.map(toFile),
  complete: files.every(({ sha256 }) => sha256 !== null),
  modelId,
  touchedAt: iso(touchedAt),
})

const WITH_FILES = { files: { orderBy: { index: 'asc' } } } as const

@Injectable()
export class FolderUploadsRepository {
  constructor(private readonly database: Database) {}

  async create(upload: Pick<FolderUpload, 'id' | 'name' | 'purpose' | 'path' | 'files'>): Promise<void> {
    const files = upload.files.map((file) => ({
      ...file,
      size: BigInt(file.size),
      modified: BigInt(file.modified),
      received: BigInt(file.received),
    }))
    await this.database.prisma.folderUpload.create({ data: { ...upload, files: { create: files } } })
  }

  async list(): Promise<FolderUpload[]> {
    const rows = await this.database.prisma.folderUpload.findMany({
      include: WITH_FILES,
      orderBy: { createdAt: 'desc' },
    })
    return this.withModels(rows)
  }

  async find(id: string): Promise<FolderUpload | null> {
    const row = await this.database.prisma.folderUpload.findUnique({ where: { id }, include: WITH_FILES })
    return row ? ((await this.withModels([row]))[0] ?? null) : null
  }

  async findByPath(path: string): Promise<FolderUpload | null> {
    const row = await this.database.prisma.folderUpload.findFirst({ where: { path }, include: WITH_FILES })
    return row ? ((await this.withModels([row]))[0] ?? null) : null
  }

  /** Notes what arrived after byte `from`. False when another request was there first, or the upload is gone. */
  async advance(
    id: string,
    index: number,
    from: number,
    to: { received: number; sha256: string | null },
  ): Promise<boolean> {
    const { count } = await this.database.prisma.folderUploadFile.updateMany({
      where: { uploadId: id, index, received: BigInt(from), sha256: null },
      data: { received: BigInt(to.received), sha256: to.sha256 },
    })
    if (count === 0) return false
    await this.database.prisma.folderUpload.updateMany({ where: { id }, data: { touchedAt: new Date() } })
    return true
  }

  /** Bytes that unfinished uploads have still to write. */
  async outstandingBytes(): Promise<number> {
    const { rows } = await this.database.pool.query<{ bytes: string }>(
      'SELECT coalesce(sum(size - received), 0) AS bytes FROM folder_upload_file WHERE sha256 IS NULL',
    )
    return Number(rows[0]?.bytes ?? 0)
  }

  async markRegistered(tx: Tx, path: string): Promise<void> {
    await tx.folderUpload.updateMany({ where: { path }, data: { registeredAt: new Date() } })
  }

  async remove(tx: Tx, ids: readonly string[]): Promise<void> {
    await tx.folderUpload.deleteMany({ where: { id: { in: [...ids] } } })
  }

  /** Uploads that never became a model and had no visitor for a day. */
  async stale(): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ id: string }>(
      `SELECT id FROM folder_upload u WHERE registered_at IS NULL AND touched_at < now() - interval '1 day'
         AND NOT EXISTS (SELECT 1 FROM model m WHERE m.path = u.path)`,
    )
    return rows.map(({ id }) => id)
  }

  private async withModels(rows: readonly Row[]): Promise<FolderUpload[]> {
    const paths = rows.map(({ path }) => path)
    const models = await this.database.prisma.model.findMany({
      where: { path: { in: paths } },
      select: { id: true, path: true },
    })
    const byPath = new Map(models.map(({ id, path }) => [path, id]))
    return rows.map((row) => toUpload(row, byPath.get(row.path) ?? null))
  }
}
