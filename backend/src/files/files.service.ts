// Rules for files: which paths of the server a user may name, uploads, and removal of what rows no longer need.
import { randomUUID } from 'node:crypto'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { AppError, type Browse, type FilesRemoveParamsSchema, type Upload } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import type { z } from 'zod'
import { AppConfig } from '../common/config.js'
import { allowedBy, type ImportRules, resolveInside } from '../common/confine.js'
import { JobsService } from '../jobs/jobs.service.js'
import { SettingsService } from '../settings/settings.service.js'
import { listFolder } from './browse.js'
import { FolderUploadsService } from './folder-uploads.service.js'

export type RemovalTarget = z.infer<typeof FilesRemoveParamsSchema>['targets'][number]

@Injectable()
export class FilesService {
  constructor(
    private readonly settings: SettingsService,
    private readonly jobs: JobsService,
    private readonly folders: FolderUploadsService,
    private readonly config: AppConfig,
  ) {}

  /** Entries of a folder inside an import root; without a path the roots that exist. */
  async browse(given?: string): Promise<Browse> {
    const rules = await this.rules()
    const allowed = await allowedBy(rules)
    if (given === undefined) return { path: null, parent: null, entries: rootEntries(allowed.roots) }
    const folder = await resolveInside(given, rules)
    const parent = allowed.roots.includes(folder) ? null : path.dirname(folder)
    return { path: folder, parent, entries: await listFolder(folder, allowed) }
  }

  /** Real path of a folder a user named: inside an import root, or a complete upload. */
  async requireFolder(given: string): Promise<string> {
    const uploaded = await this.folders.folderAt(given)
    if (uploaded !== null) return uploaded
    const real = await resolveInside(given, await this.rules())
    if ((await stat(real)).isDirectory()) return real
    throw new AppError('file_invalid', `"${given}" is a file. Choose the folder that holds it.`)
  }

  /** Real path of a regular file a user named. */
  async requireFile(given: string): Promise<string> {
    const real = await resolveInside(given, await this.rules())
    if ((await stat(real)).isFile()) return real
    throw new AppError('file_invalid', `"${given}" is a folder. Choose a file.`)
  }

  /** Takes an uploaded body. `declaredSize` refuses at once what is too large anyway. */
  async upload(name: string, body: Readable, declaredSize: number | null): Promise<Upload> {
    return this.getUpload((await this.folders.takeWhole(name, declaredSize, body)).id)
  }

  async getUpload(id: string): Promise<Upload> {
    const { title, size, sha256 } = await this.requireUpload(id)
    return { id, name: title, size, sha256 }
  }

  /** The file of an upload, complete, with its path. */
  async requireUpload(id: string): Promise<{ title: string; path: string; size: number; sha256: string }> {
    const { title, path: where, size, sha256 } = await this.folders.requireFile(id)
    return { title, path: where, size, sha256: sha256 ?? '' }
  }

  deleteUpload(id: string): Promise<void> {
    return this.folders.remove(id)
  }

  /** Deletes rows through `withRows` and, once they are gone, their files by a job of their own. */
  async remove(
    title: string,
    targets: readonly RemovalTarget[],
    withRows: NonNullable<Parameters<JobsService['submit']>[1]>,
  ): Promise<void> {
    const subjectId = targets[0]?.id ?? randomUUID()
    const job = { kind: 'files.remove', subjectId, title, params: { targets } } as const
    await this.jobs.submit(job, withRows)
  }

  private async rules(): Promise<ImportRules> {
    return { roots: (await this.settings.get()).importRoots, dataDir: this.config.dataDir }
  }
}

const rootEntries = (roots: readonly string[]): Browse['entries'] =>
  [...new Set(roots)].map((root) => ({ name: root, path: root, kind: 'folder', size: null, looksLike: null }))
