// Rules for SAEs, trained or imported. Imports and exports have services of their own.
import type { Describe } from '@mistudio/contracts'
import {
  AppError,
  type ListQuery,
  type Precision,
  PrecisionSchema,
  type Sae,
  SaeFileSchema,
  type Tokenization,
  TokenizationStatsSchema,
  type TrainedOn,
  trainedOn,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { AppConfig } from '../common/config.js'
import { pageOf } from '../common/list.js'
import type { Page } from '../common/route.js'
import { StoredChecksRepository } from '../common/stored-checks.repository.js'
import { openWholeFile, type StoredFile } from '../common/stored-file.js'
import { RemovalService } from '../files/removal.service.js'
import { JobsService } from '../jobs/jobs.service.js'
import { toSae } from './sae.mapper.js'
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
    private readonly removal: RemovalService,
    private readonly jobs: JobsService,
    private readonly checks: StoredChecksRepository,
    private readonly config: AppConfig,
  ) {}

  async list(query: ListQuery): Promise<Page<Sae>> {
    const { rows, found } = await this.repository.list(query)
    const ids = rows.map(({ id }) => id)
    const [jobs, damage] = [await this.jobs.newestOf(ids), await this.checks.damageOf('saes', ids)]
    const items = rows.map((row) => toSae(row, jobs.get(row.id) ?? null, damage.get(row.id) ?? null))
    return pageOf(items, found, query)
  }

  async get(id: string): Promise<Sae> {
    const row = await this.find(id)
    return toSae(
      row,
      (await this.jobs.newestOf([id])).get(id) ?? null,
      (await this.checks.damageOf('saes', [id])).get(id) ?? null,
    )
  }

  /** @throws AppError `wrong_state` while its import has not finished. */
  async requireReady(id: string): Promise<Sae> {
    const sae = await this.get(id)
    if (sae.status === 'ready') return sae
    const why = sae.status === 'importing' ? 'wait until its import has finished.' : 'its import failed; see its page.'
    throw new AppError('wrong_state', `The SAE "${sae.name}" is not ready: ${why}`)
  }

  /** The SAE with its model's folder and the precision it is loaded at now. Throws `conflict` when the model was deleted, `wrong_state` before it is ready. */
  async requireWithModel(id: string): Promise<SaeWithModel> {
    const sae = await this.requireReady(id)
    const row = await this.find(id)
    if (row.model && row.modelId) {
      const { path: modelPath, precision } = row.model
      return { sae, modelId: row.modelId, modelPath, precision: PrecisionSchema.parse(precision) }
    }
    throw new AppError(
      'conflict',
      `The model of "${row.name}" (${row.modelName}) was deleted. Register it again, then train anew or import the SAE for it.`,
    )
  }

  /** What the SAE was trained on, seen from a text. */
  async trainedOn({ trainingId }: Pick<Sae, 'trainingId'>, text: Tokenization): Promise<TrainedOn> {
    const own = trainingId && (await this.repository.textOfTraining(trainingId))
    return trainedOn(own ? { ...own, stats: TokenizationStatsSchema.nullable().parse(own.stats) } : null, text)
  }

  async describe(id: string, changes: Describe, seen: string | null): Promise<Sae> {
    await this.find(id)
    await this.repository.describe(id, changes, seen)
    return this.get(id)
  }

  async remove(id: string): Promise<void> {
    await this.removal.remove(async () => ({
      title: (await this.find(id)).name,
      rows: [{ type: 'sae', id }],
      files: (['saes', 'sae-sources', 'sae-exports'] as const).map((room) => ({ room, id })),
      users: (db) => this.repository.users(id, db),
      remove: (tx) => this.repository.remove(tx, id),
    }))
  }

  /** A file of the SAE in SAELens layout, for download. */
  async file(id: string, name: string): Promise<StoredFile & { name: string }> {
    await this.requireReady(id)
    const known = SaeFileSchema.safeParse(name)
    if (!known.success) throw new AppError('not_found', `An SAE has the files ${SaeFileSchema.options.join(', ')}.`)
    const file = await openWholeFile(this.config.dataDir, { room: 'saes', id }, known.data)
    if (file) return { ...file, name: known.data }
    throw new AppError('file_not_found', `The file ${known.data} of this SAE is missing in the data folder.`)
  }

  private async find(id: string): Promise<SaeRow> {
    const row = await this.repository.find(id)
    if (!row) throw new AppError('not_found', 'There is no such SAE.')
    return row
  }
}
