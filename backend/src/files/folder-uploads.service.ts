// Rules for uploads: what is taken, where it lies, where to go on after a break. All come in pieces, folders of models and SAEs as well as
// the one file of a dataset. Unfinished files lie under `.parts` by number; beside it lie complete ones only.
import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import {
  AppError,
  type CreateFolderUpload,
  type FolderUpload,
  IdSchema,
  MAX_CHUNK_BYTES,
  plainFileName,
  type UploadedFile,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { AppConfig } from '../common/config.js'
import { isInside } from '../common/confine.js'
import type { Tx } from '../common/database.js'
import { freeAt } from '../common/disk.js'
import { JobsService } from '../jobs/jobs.service.js'
import { goOn, requireFiles, requireNext, requireRoom } from './folder-rules.js'
import { FolderUploadsRepository } from './folder-uploads.repository.js'
import { RunningHashes, storePiece } from './store-piece.js'
import { asUploadError, tooLarge } from './upload-errors.js'

interface Piece {
  readonly start: number
  readonly length: number
  readonly total: number
}

@Injectable()
export class FolderUploadsService {
  private readonly hashes = new RunningHashes()
  /** Files that a request is writing right now. */
  private readonly busy = new Set<string>()

  constructor(
    private readonly repository: FolderUploadsRepository,
    private readonly jobs: JobsService,
    private readonly config: AppConfig,
  ) {}

  list(): Promise<FolderUpload[]> {
    return this.repository.list()
  }

  async get(id: string): Promise<FolderUpload> {
    const upload = await this.repository.find(id)
    if (!upload)
      throw new AppError(
        'not_found',
        'There is no such upload. Uploads that nobody goes on with are removed after a day.',
      )
    return upload
  }

  /** Makes room for a folder. Nothing is read before names, sizes and the free disk are found good. */
  async create({ name, purpose, files }: CreateFolderUpload): Promise<FolderUpload> {
    requireFiles(purpose, files)
    const bytes = files.reduce((sum, { size }) => sum + size, 0)
    if (bytes > this.config.maxUploadBytes) throw tooLarge(this.config.maxUploadBytes)
    await mkdir(path.join(this.config.dataDir, 'uploads'), { recursive: true })
    requireRoom(bytes, await this.repository.outstandingBytes(), await freeAt(this.config.dataDir))
    const id = randomUUID()
    const own = path.join(await realpath(path.join(this.config.dataDir, 'uploads')), id)
    const folder = purpose === 'dataset' ? own : path.join(own, plainFileName(name))
    const rows = files.map((file, index) => ({ ...file, index, received: 0, sha256: null }))
    // The row first: a folder that no row names is swept.
    await this.repository.create({ id, name, purpose, path: folder, files: rows })
    try {
      await mkdir(folder, { recursive: true })
      await mkdir(this.partsFolder(id))
      await Promise.all(files.map((_, index) => writeFile(this.part(id, index), '')))
    } catch (cause) {
      await this.discard(id)
      throw asUploadError(cause)
    }
    return this.get(id)
  }

  /** Takes a file as one body. Nothing of it is kept when it breaks off: nobody knows its id yet. */
  async takeWhole(name: string, declared: number | null, body: Readable): Promise<FolderUpload> {
    const limit = this.config.maxUploadBytes
    if (declared !== null && declared > limit) throw tooLarge(limit)
    const file = { name: plainFileName(name), size: declared ?? 0, modified: Date.now() }
    const { id, path: folder } = await this.create({ name, purpose: 'dataset', files: [file] })
    try {
      const hash = createHash('sha256')
      const piece = { offset: 0, length: limit, excess: tooLarge(limit) }
      const { written, failure } = await storePiece(body, this.part(id, 0), piece, hash)
      if (failure !== undefined) throw failure
      await rename(this.part(id, 0), path.join(folder, file.name))
      await this.repository.finish(id, { size: written, sha256: hash.digest('hex') })
    } catch (cause) {
      await this.discard(id)
      throw cause
    }
    return this.get(id)
  }

  /** Takes a piece of a file and returns how far the file is. @throws AppError `conflict` with `received`, where to go on. */
  async takePiece(id: string, index: number, piece: Piece, body: Readable): Promise<UploadedFile> {
    const key = `${id}:${index}`
    // Taken before the row is read: a second request must not act on a row that the first is about to change.
    const free = !this.busy.has(key)
    if (free) this.busy.add(key)
    try {
      const upload = await this.get(id)
      const file = upload.files[index]
      if (!file) throw new AppError('not_found', `"${upload.name}" has no file number ${index}.`)
      if (!free) throw goOn(file, `Another request is sending "${file.name}".`)
      requireNext(file, piece, MAX_CHUNK_BYTES)
      return await this.write(upload, file, piece, body)
    } finally {
      if (free) this.busy.delete(key)
    }
  }

  private async write(upload: FolderUpload, file: UploadedFile, piece: Piece, body: Readable): Promise<UploadedFile> {
    const key = `${upload.id}:${file.index}`
    const part = this.part(upload.id, file.index)
    const final = path.join(upload.path, file.name)
    // A crash between moving a complete file and noting it leaves the file at its end, with its row still behind.
    if (!(await exists(part)) && (await exists(final))) await rename(final, part)
    if (!(await exists(part))) throw removedMeanwhile(upload)
    const hash = await this.hashes.take(key, part, piece.start)
    const { written, failure } = await storePiece(body, part, { offset: piece.start, length: piece.length }, hash)
    const received = piece.start + written
    const sha256 = received === file.size ? hash.copy().digest('hex') : null
    if (sha256) await rename(part, final)
    if (written > 0 && !(await this.repository.advance(upload.id, file.index, piece.start, { received, sha256 })))
      throw removedMeanwhile(upload)
    if (!sha256) this.hashes.keep(key, hash, received)
    if (failure !== undefined) throw failure
    return { ...file, received, sha256 }
  }

  async remove(id: string): Promise<void> {
    const upload = await this.get(id)
    if (upload.modelId)
      throw new AppError('in_use', `"${upload.name}" is registered as a model. Delete the model with its files.`)
    if (upload.datasetId) throw new AppError('in_use', `"${upload.name}" is being imported.`)
    await this.removeAll([id], upload.name)
  }

  /** Removes what nobody went on with for a day, and what a process that died left without a row. */
  async prune(): Promise<void> {
    const ids = await this.repository.stale()
    if (ids.length > 0) await this.removeAll(ids, 'Abandoned uploads')
    await this.sweep()
  }

  /** Removes folders of uploads that no row names. Rows are made before their folders, so none is taken from a living upload. */
  private async sweep(): Promise<void> {
    const root = path.join(this.config.dataDir, 'uploads')
    const names = await readdir(root).catch(() => [])
    const ids = names.filter((name) => IdSchema.safeParse(name).success)
    for (const id of await this.repository.unknown(ids)) await rm(path.join(root, id), { recursive: true, force: true })
  }

  private async discard(id: string): Promise<void> {
    await rm(path.join(this.config.dataDir, 'uploads', id), { recursive: true, force: true })
    await this.repository.drop(id)
  }

  /** The complete file of a dataset's upload, with its path. @throws AppError `wrong_state` while bytes are missing. */
  async requireFile(id: string): Promise<UploadedFile & { path: string; title: string }> {
    const upload = await this.get(id)
    const file = upload.files[0]
    if (upload.purpose !== 'dataset' || !file)
      throw new AppError('file_invalid', `"${upload.name}" was not uploaded as a dataset.`)
    if (file.sha256 === null)
      throw new AppError('wrong_state', `The upload of "${upload.name}" is not complete. Continue it first.`, {
        uploadId: id,
      })
    return { ...file, path: path.join(this.config.dataDir, 'uploads', id, file.name), title: upload.name }
  }

  /** The real folder of an upload a path names; null when the path lies elsewhere. @throws AppError `wrong_state` while files are missing. */
  async folderAt(given: string): Promise<string | null> {
    const root = path.join(this.config.dataDir, 'uploads')
    const real = await realpath(given).catch(() => null)
    const realRoot = await realpath(root).catch(() => null)
    if (real === null || realRoot === null || real === realRoot || !isInside(realRoot, real)) return null
    const upload = await this.repository.findByPath(real)
    if (!upload || upload.purpose === 'dataset') return null
    if (upload.complete) return real
    const missing = upload.files.filter(({ sha256 }) => sha256 === null).length
    throw new AppError(
      'wrong_state',
      `The upload of "${upload.name}" is not complete: ${missing} of ${upload.files.length} files are missing. Continue it first.`,
      { uploadId: upload.id },
    )
  }

  /** Keeps the upload at `folder`, if there is one, from being swept: a model uses it now. */
  markRegistered(tx: Tx, folder: string): Promise<void> {
    return this.repository.markRegistered(tx, folder)
  }

  /** Removes the files a deleted model was registered from. False when they are the user's own. */
  async removeFilesOf(model: { name: string; path: string }): Promise<boolean> {
    const upload = await this.repository.findByPath(model.path)
    if (!upload) return false
    await this.removeAll([upload.id], model.name)
    return true
  }

  private async removeAll(ids: readonly string[], title: string): Promise<void> {
    const targets = ids.map((id) => ({ room: 'uploads' as const, id }))
    const job = { kind: 'files.remove', subjectId: ids[0] ?? randomUUID(), title } as const
    await this.jobs.submit({ ...job, params: { targets } }, (tx) => this.repository.remove(tx, ids))
  }

  private partsFolder(id: string): string {
    return path.join(this.config.dataDir, 'uploads', id, '.parts')
  }

  private part(id: string, index: number): string {
    return path.join(this.partsFolder(id), String(index))
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

const removedMeanwhile = ({ name }: FolderUpload): AppError =>
  new AppError('not_found', `The upload of "${name}" was removed meanwhile. Start it anew.`)
