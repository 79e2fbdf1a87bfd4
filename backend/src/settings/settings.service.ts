// Settings a user may change while the server runs. What was never set comes from the environment.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError, type Settings, SettingsSchema } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { AppConfig } from '../common/config.js'
import { SettingsRepository } from './settings.repository.js'

@Injectable()
export class SettingsService {
  constructor(
    private readonly repository: SettingsRepository,
    private readonly config: AppConfig,
  ) {}

  async get(): Promise<Settings> {
    const defaults: Settings = { importRoots: [...this.config.importRoots], firstRunDone: false }
    return SettingsSchema.parse({ ...defaults, ...(await this.repository.all()) })
  }

  /** Throws `file_not_found` when an import root is not an existing folder with an absolute path. */
  async update(changes: Partial<{ [K in keyof Settings]: Settings[K] | undefined }>): Promise<Settings> {
    const roots = changes.importRoots?.map((root) => path.normalize(root))
    for (const root of roots ?? []) await requireFolder(root)
    await this.repository.set({ ...changes, importRoots: roots })
    return this.get()
  }
}

async function requireFolder(folder: string): Promise<void> {
  const found = path.isAbsolute(folder) ? await stat(folder).catch(() => null) : null
  if (found?.isDirectory()) return
  throw new AppError('file_not_found', `"${folder}" is not a folder of the server. Give an absolute path that exists.`)
}
