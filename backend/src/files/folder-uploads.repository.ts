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

interface Users {
  readonly modelId: string | null
  readonly datasetId: string | null
}

const toUpload = ({ id, name, purpose, path, touchedAt, files }: Row, users: Users): FolderUpload => ({
  id,
  name,
  purpose: UploadPurposeSchema.parse(purpose),
  path,
  files: files.map(toFile),
  complete: files.every(({ sha256 }) => sha256 !== null),
  ...users,
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
    return this.withUsers(rows)
  }

  async find(id: string): Promise<FolderUpload | null> {
    const row = await this.database.prisma.folderUpload.findUnique({ where: { id }, include: WITH_FILES })
    return row ? ((await this.withUsers([row]))[0] ?? null) : null
  }

  async findByPath(path: string): Promise<FolderUpload | null> {
    const row = await this.database.prisma.folderUpload.findFirst({ where: { path }, include: WITH_FILES })
    return row ? ((await this.withUsers([row]))[0] ?? null) : null
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

  /** The file of a single body is complete, with the size that it turned out to have. */
  async finish(id: string, { size, sha256 }: { size: number; sha256: string }): Promise<void> {
    await this.database.prisma.folderUploadFile.updateMany({
      where: { uploadId: id, index: 0 },
      data: { size: BigInt(size), received: BigInt(size), sha256 },
    })
  }

  /** Bytes that unfinished uploads have still to write. */
  async outstandingBytes(): Promise<number> {
    const { rows } = await this.database.pool.query<{ bytes: string }>(
      'SELECT coalesce(sum(greatest(size - received, 0)), 0) AS bytes FROM folder_upload_file WHERE sha256 IS NULL',
    )
    return Number(rows[0]?.bytes ?? 0)
  }

  async markRegistered(tx: Tx, path: string): Promise<void> {
    await tx.folderUpload.updateMany({ where: { path }, data: { registeredAt: new Date() } })
  }

  /** Which of these ids are no uploads. */
  async unknown(ids: readonly string[]): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ id: string }>(
      'SELECT i AS id FROM unnest($1::uuid[]) AS i WHERE NOT EXISTS (SELECT 1 FROM folder_upload u WHERE u.id = i)',
      [ids],
    )
    return rows.map(({ id }) => id)
  }

  /** Removes the row alone: of an upload that never came about. */
  async drop(id: string): Promise<void> {
    await this.database.prisma.folderUpload.deleteMany({ where: { id } })
  }

  async remove(tx: Tx, ids: readonly string[]): Promise<void> {
    await tx.folderUpload.deleteMany({ where: { id: { in: [...ids] } } })
  }

  /** Uploads that had no visitor for a day and that nothing needs: no model, no dataset, no job that has not ended. */
  async stale(): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ id: string }>(
      `SELECT id FROM folder_upload u WHERE registered_at IS NULL AND touched_at < now() - interval '1 day'
         AND NOT EXISTS (SELECT 1 FROM model m WHERE m.path = u.path)
         AND NOT EXISTS (SELECT 1 FROM dataset d WHERE d.ready_at IS NULL AND d.source->>'uploadId' = u.id::text)
         AND NOT EXISTS (SELECT 1 FROM job j WHERE j.state IN ('queued', 'running', 'paused')
           AND position(u.id::text IN j.params::text) > 0)`,
    )
    return rows.map(({ id }) => id)
  }

  private async withUsers(rows: readonly Row[]): Promise<FolderUpload[]> {
    const [models, datasets] = await Promise.all([
      this.database.prisma.model.findMany({
        where: { path: { in: rows.map(({ path }) => path) } },
        select: { id: true, path: true },
      }),
      this.database.pool.query<{ id: string; upload: string }>(
        `SELECT id, source->>'uploadId' AS upload FROM dataset WHERE source->>'uploadId' = ANY($1::text[])`,
        [rows.map(({ id }) => id)],
      ),
    ])
    const modelOf = new Map(models.map(({ id, path }) => [path, id]))
    const datasetOf = new Map(datasets.rows.map(({ id, upload }) => [upload, id]))
    return rows.map((row) =>
      toUpload(row, { modelId: modelOf.get(row.path) ?? null, datasetId: datasetOf.get(row.id) ?? null }),
    )
  }
}
