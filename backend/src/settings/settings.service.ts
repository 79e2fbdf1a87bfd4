// Settings a user may change while the server runs. What was never set comes from the environment.
import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError, type Settings, type SettingsValues, SettingsValuesSchema } from '@mistudio/contracts'
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common'
import { AppConfig } from '../common/config.js'
import { canBeRoot } from '../common/confine.js'
import { requireSeen, versionOf } from '../common/edit.js'
import { SettingsRepository } from './settings.repository.js'

@Injectable()
export class SettingsService implements OnApplicationBootstrap {
  constructor(
    private readonly repository: SettingsRepository,
    private readonly config: AppConfig,
  ) {}

  /** The worker confines what it opens to the same folders, also as long as nobody has set any. */
  async onApplicationBootstrap(): Promise<void> {
    await this.repository.set({ startImportRoots: [...this.config.importRoots] })
  }

  async get(): Promise<Settings> {
    const values = this.complete(await this.repository.all())
    return { ...values, version: versionOf(values) }
  }

  /**
   * @param seen version that the change was made over.
   * @throws AppError `file_not_found` when an import root is not an existing folder with an absolute path, `edited_meanwhile`.
   */
  async update(
    changes: Partial<{ [K in keyof SettingsValues]: SettingsValues[K] | undefined }>,
    seen: string | null = null,
  ): Promise<Settings> {
    const roots = changes.importRoots?.map((root) => path.normalize(root))
    for (const root of roots ?? []) await requireFolder(root, this.config.dataDir)
    await this.repository.set({ ...changes, importRoots: roots }, (now) => requireSeen(seen, this.complete(now)))
    return this.get()
  }

  private complete(stored: Record<string, unknown>): SettingsValues {
    const defaults: SettingsValues = { importRoots: [...this.config.importRoots], firstRunDone: false }
    return SettingsValuesSchema.parse({ ...defaults, ...stored })
  }
}

async function requireFolder(folder: string, dataDir: string): Promise<void> {
  const real = path.isAbsolute(folder) ? await realpath(folder).catch(() => null) : null
  const found = real === null ? null : await stat(real).catch(() => null)
  if (real !== null && found?.isDirectory()) {
    if (await canBeRoot(real, dataDir)) return
    const message = `"${folder}" is in the data folder of miStudio, with its secrets and stores. Of that folder only "import" can be imported from.`
    throw new AppError('path_outside_roots', message, { path: folder })
  }
  throw new AppError('file_not_found', `"${folder}" is not a folder of the server. Give an absolute path that exists.`)
}
