// Rules for SAEs that go out: archives in the layouts that can hold them, model cards, and uploads to the hub.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import {
  AppError,
  damageText,
  type ExportSae,
  exportNote,
  exportProblem,
  type Job,
  type PublishSae,
  type Sae,
  type SaeCard,
  type SaeExport,
  SaeExportLayoutSchema,
  type SaeShape,
  SaeShapeSchema,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { AppConfig } from '../common/config.js'
import { jsonFrom, openStoredFile, openWholeFile, type StoredFile } from '../common/stored-file.js'
import { JobsService } from '../jobs/jobs.service.js'
import { modelCard } from './model-card.js'
import { SaesRepository } from './saes.repository.js'
import { SaesService } from './saes.service.js'

const CFG = 'cfg.json'

@Injectable()
export class SaeExportsService {
  constructor(
    private readonly saes: SaesService,
    private readonly repository: SaesRepository,
    private readonly jobs: JobsService,
    private readonly config: AppConfig,
  ) {}

  /** Every layout that is written: whether it can hold this SAE, and the archive that lies ready. */
  async list(id: string): Promise<SaeExport[]> {
    const sae = await this.saes.requireReady(id)
    const shape = await this.shape(id)
    return Promise.all(
      SaeExportLayoutSchema.options.map(async (layout) => {
        const found = await stat(this.archive(id, layout)).catch(() => null)
        const archive = found && {
          name: archiveName(sae, layout),
          bytes: found.size,
          madeAt: found.mtime.toISOString(),
        }
        return { layout, problem: exportProblem(layout, shape), note: exportNote(layout, shape), archive }
      }),
    )
  }

  /** Writes an archive with the card as it is written now. */
  async export(id: string, { layout }: ExportSae): Promise<Job> {
    const sae = await this.saes.requireReady(id)
    await this.requireHolds(id, layout)
    await this.requireIdle(sae, 'sae.export')
    const params = { ...(await this.work(sae)), layout }
    return this.jobs.submit({ kind: 'sae.export', subjectId: id, title: sae.name, params })
  }

  async card(id: string): Promise<SaeCard> {
    return { card: await this.cardOf(await this.saes.requireReady(id)) }
  }

  async publish(id: string, body: PublishSae): Promise<Job> {
    const sae = await this.saes.requireReady(id)
    await this.requireHolds(id, body.layout)
    await this.requireIdle(sae, 'sae.publish')
    const params = { ...(await this.work(sae)), ...body }
    return this.jobs.submit({ kind: 'sae.publish', subjectId: id, title: sae.name, params })
  }

  /** An archive, for download. */
  async file(id: string, given: string): Promise<StoredFile & { name: string }> {
    const sae = await this.saes.get(id)
    const layout = SaeExportLayoutSchema.safeParse(given)
    if (!layout.success) throw new AppError('not_found', `Layouts are ${SaeExportLayoutSchema.options.join(', ')}.`)
    const archive = this.archive(id, layout.data)
    const file = await openStoredFile(path.dirname(archive), path.basename(archive))
    if (file) return { ...file, name: archiveName(sae, layout.data) }
    throw new AppError('not_found', 'There is no archive of this layout yet. Export the SAE first.')
  }

  private async work(sae: Sae) {
    const dataset = (await this.dataset(sae)) ?? null
    return { saeId: sae.id, folder: slugOf(sae.name), card: await this.cardOf(sae), dataset }
  }

  private async cardOf(sae: Sae): Promise<string> {
    const training = sae.trainingId ? await this.repository.training(sae.trainingId) : null
    return modelCard(sae, await this.shape(sae.id), training)
  }

  private async dataset({ trainingId, declared }: Sae): Promise<string | null> {
    const training = trainingId ? await this.repository.training(trainingId) : null
    return training?.datasetName ?? declared?.dataset ?? null
  }

  /** @throws AppError `sae_unsupported` when a layout cannot hold the SAE number for number. */
  private async requireHolds(id: string, layout: SaeExport['layout']): Promise<void> {
    const problem = exportProblem(layout, await this.shape(id))
    if (problem !== null) throw new AppError('sae_unsupported', problem)
  }

  private async requireIdle({ id, name }: Sae, kind: Job['kind']): Promise<void> {
    const active = (await this.jobs.activeOf([id])).find((job) => job.kind === kind)
    if (active)
      throw new AppError('conflict', `"${name}" is being ${kind === 'sae.export' ? 'exported' : 'uploaded'} already.`, {
        jobId: active.id,
      })
  }

  /** @throws AppError `file_not_found`, `data_damaged`. */
  private async shape(id: string): Promise<SaeShape> {
    const file = await openWholeFile(this.config.dataDir, { room: 'saes', id }, CFG)
    if (!file) throw new AppError('file_not_found', 'The file cfg.json of this SAE is missing in the data folder.')
    const shape = SaeShapeSchema.safeParse(await jsonFrom(file))
    if (shape.success) return shape.data
    // Folders of earlier versions have no manifest that would have told.
    throw new AppError('data_damaged', damageText('saes', CFG), { room: 'saes', id, file: CFG })
  }

  private archive(id: string, layout: SaeExport['layout']): string {
    return path.join(this.config.dataDir, 'sae-exports', id, `${layout}.zip`)
  }
}

/** A name for folders and files: letters, digits and . _ + - only. */
const slugOf = (name: string): string =>
  name
    .replace(/[^\w.+-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80) || 'sae'

const archiveName = (sae: Sae, layout: SaeExport['layout']): string => `${slugOf(sae.name)}-${layout}.zip`
