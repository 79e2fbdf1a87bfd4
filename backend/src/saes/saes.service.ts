// Rules for trained SAEs.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import {
  AppError,
  type Precision,
  PrecisionSchema,
  type Sae,
  SaeFileSchema,
  TrainingSummarySchema,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { AppConfig } from '../common/config.js'
import { iso } from '../common/time.js'
import { usersError } from '../common/users-error.js'
import { FilesService } from '../files/files.service.js'
import { type SaeRow, SaesRepository } from './saes.repository.js'

export interface SaeWithModel {
  readonly sae: Sae
  readonly modelId: string
  readonly modelPath: string
  readonly precision: Precision
}

@Injectable()
export class SaesService {
  constructor(
    private readonly repository: SaesRepository,
    private readonly files: FilesService,
    private readonly config: AppConfig,
  ) {}

  async list(): Promise<Sae[]> {
    return (await this.repository.list()).map(toSae)
  }

  async get(id: string): Promise<Sae> {
    return toSae(await this.find(id))
  }

  /** The SAE with its model's folder and the precision it is loaded at now. Throws `conflict` when the model was deleted. */
  async requireWithModel(id: string): Promise<SaeWithModel> {
    const row = await this.find(id)
    if (row.model && row.modelId) {
      const { path: modelPath, precision } = row.model
      return { sae: toSae(row), modelId: row.modelId, modelPath, precision: PrecisionSchema.parse(precision) }
    }
    throw new AppError(
      'conflict',
      `The model of "${row.name}" (${row.modelName}) was deleted. Register it again and train anew.`,
    )
  }

  async rename(id: string, name: string): Promise<Sae> {
    await this.find(id)
    await this.repository.rename(id, name)
    return this.get(id)
  }

  async remove(id: string): Promise<void> {
    const row = await this.find(id)
    const users = await this.repository.users(id)
    if (users.length > 0) throw usersError(row.name, users)
    await this.files.remove(row.name, [{ room: 'saes', id }], (tx) => this.repository.remove(tx, id))
  }

  /** A file of the SAE in SAELens layout, for download. */
  async file(id: string, name: string): Promise<{ path: string; size: number; name: string }> {
    await this.find(id)
    const known = SaeFileSchema.safeParse(name)
    if (!known.success) throw new AppError('not_found', `An SAE has the files ${SaeFileSchema.options.join(' and ')}.`)
    const file = path.join(this.config.dataDir, 'saes', id, known.data)
    const found = await stat(file).catch(() => null)
    if (!found?.isFile())
      throw new AppError('file_not_found', `The file ${known.data} of this SAE is missing in the data folder.`)
    return { path: file, size: found.size, name: known.data }
  }

  private async find(id: string): Promise<SaeRow> {
    const row = await this.repository.find(id)
    if (!row) throw new AppError('not_found', 'There is no such SAE.')
    return row
  }
}

const toSae = (row: SaeRow): Sae => ({
  id: row.id,
  name: row.name,
  modelId: row.modelId,
  modelName: row.modelName,
  precision: PrecisionSchema.parse(row.precision),
  modelPrecision: PrecisionSchema.nullable().parse(row.model?.precision ?? null),
  trainingId: row.trainingId,
  site: row.site,
  architecture: row.architecture,
  dIn: row.dIn,
  dSae: row.dSae,
  k: row.k,
  contextSize: row.contextSize,
  summary: TrainingSummarySchema.nullable().parse(row.summary),
  bytes: Number(row.bytes),
  extractions: row._count.extractions,
  createdAt: iso(row.createdAt),
})
