// Rules for models: registered in place, ready once the worker has checked them.

import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { Describe } from '@mistudio/contracts'
import {
  AbsentSiteSchema,
  AppError,
  type CreateModel,
  type Damage,
  type HubSource,
  HubSourceSchema,
  hubFolderName,
  hubSnapshotName,
  type Job,
  type ListQuery,
  type Model,
  type ModelInspection,
  type ModelMemory,
  ModelSpecSchema,
  ModelStructureSchema,
  ParitySummarySchema,
  type Precision,
  PrecisionSchema,
  precisionProblem,
  SelfCheckSchema,
  SiteSchema,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { AppConfig } from '../common/config.js'
import { describedOf } from '../common/describe.js'
import { pageOf } from '../common/list.js'
import type { Page } from '../common/route.js'
import { statusOf } from '../common/status.js'
import { StoredChecksRepository } from '../common/stored-checks.repository.js'
import { iso } from '../common/time.js'
import { FilesService } from '../files/files.service.js'
import { FolderUploadsService } from '../files/folder-uploads.service.js'
import { RemovalService } from '../files/removal.service.js'
import { JobsService } from '../jobs/jobs.service.js'
import { QuestionsService } from '../jobs/questions.service.js'
import { type ModelRow, ModelsRepository } from './models.repository.js'

@Injectable()
export class ModelsService {
  constructor(
    private readonly repository: ModelsRepository,
    private readonly files: FilesService,
    private readonly removal: RemovalService,
    private readonly uploads: FolderUploadsService,
    private readonly jobs: JobsService,
    private readonly questions: QuestionsService,
    private readonly checks: StoredChecksRepository,
    private readonly config: AppConfig,
  ) {}

  async list(query: ListQuery): Promise<Page<Model>> {
    const { rows, found } = await this.repository.list(query)
    const ids = rows.map(({ id }) => id)
    const [jobs, damage] = [await this.jobs.newestOf(ids), await this.checks.damageOf('models', ids)]
    const models = rows.map((row) => toModel(row, jobs.get(row.id) ?? null, damage.get(row.id) ?? null))
    return pageOf(models, found, query)
  }

  async get(id: string): Promise<Model> {
    const row = await this.repository.find(id)
    if (!row) throw new AppError('not_found', 'There is no such model.')
    const damage = (await this.checks.damageOf('models', [id])).get(id) ?? null
    return toModel(row, (await this.jobs.newestOf([id])).get(id) ?? null, damage)
  }

  /** The model, with what its registration found. Throws `wrong_state` while it is not ready. */
  async requireReady(id: string): Promise<Model> {
    const model = await this.get(id)
    if (model.status === 'ready') return model
    throw new AppError('wrong_state', `The model "${model.name}" is not ready: ${readyHint(model)}`)
  }

  /** What a folder holds, before anything is stored. */
  async inspect(given: string): Promise<ModelInspection> {
    return this.look(await this.files.requireFolder(given))
  }

  /**
   * What the model takes at each precision, asked of the worker.
   * @param precision refused as `model_unsupported` or `out_of_memory` when the model cannot be loaded at it.
   */
  async memory(id: string, precision?: Precision): Promise<ModelMemory> {
    const { memory } = await this.look((await this.get(id)).path)
    if (precision !== undefined) requireLoadable(memory, precision)
    return memory
  }

  private look(folder: string): Promise<ModelInspection> {
    const question = { kind: 'model.inspect', subjectId: randomUUID() } as const
    return this.questions.ask({ ...question, title: path.basename(folder), params: { path: folder } })
  }

  async create({ path: given, name, precision }: CreateModel): Promise<Model> {
    const folder = await this.files.requireFolder(given)
    const twin = await this.repository.findByPath(folder)
    if (twin) {
      throw new AppError('conflict', `This folder is registered already, as "${twin.name}".`, { modelId: twin.id })
    }
    // Refused here, nothing is stored: only a folder that passes becomes a row.
    const { memory } = await this.look(folder)
    requireLoadable(memory, precision)
    const id = randomUUID()
    const title = name ?? path.basename(folder).slice(0, 120)
    const job = { kind: 'model.register', subjectId: id, title } as const
    await this.jobs.submit({ ...job, params: { modelId: id, path: folder, name: title, precision } }, async (tx) => {
      await this.repository.create(tx, { id, name: title, path: folder, precision })
      await this.uploads.markRegistered(tx, folder)
    })
    return this.get(id)
  }

  /**
   * A model whose files are still to come from the hub: the download registers it when they are there. When the commit is registered or
   * on its way already, that model is the answer; one that failed is tried again.
   */
  async createFromHub(hub: HubSource, name: string, precision: Precision): Promise<Model> {
    const folder = this.hubPath(hub)
    const id = randomUUID()
    const job = { kind: 'hub.download', subjectId: id, title: name } as const
    let twin: ModelRow | null = null
    try {
      await this.jobs.submit({ ...job, params: { ...hub, modelId: id, precision } }, async (tx) => {
        twin = await this.repository.findByPathAlone(tx, folder)
        if (twin) throw new AlreadyThere()
        await this.repository.create(tx, { id, name, path: folder, precision, hub })
      })
    } catch (error) {
      if (!(error instanceof AlreadyThere) || !twin) throw error
      return this.again(await this.get((twin as ModelRow).id))
    }
    return this.get(id)
  }

  /** The model of a commit (and graph) of the hub, ready or on its way. */
  findFromHub(hub: Pick<HubSource, 'repo' | 'commit' | 'graph'>): Promise<ModelRow | null> {
    return this.repository.findByPath(this.hubPath(hub))
  }

  private async again(model: Model): Promise<Model> {
    if (model.status !== 'failed' || !model.job) return model
    await this.jobs.act(model.job.id, 'retry')
    return this.get(model.id)
  }

  private hubPath({ repo, ...snapshot }: Pick<HubSource, 'repo' | 'commit' | 'graph'>): string {
    return path.join(this.config.dataDir, 'hub', hubFolderName(repo), hubSnapshotName(snapshot))
  }

  async describe(id: string, changes: Describe, seen: string | null): Promise<Model> {
    await this.get(id)
    await this.repository.describe(id, changes, seen)
    return this.get(id)
  }

  /**
   * Forgets a model. Files of a folder are the user's own and stay; those that were uploaded go as well when `deleteFiles` says so,
   * those that came from the hub always: they can be downloaded again.
   */
  async remove(id: string, deleteFiles: boolean): Promise<void> {
    const model = await this.get(id)
    await this.removal.remove(async () => ({
      title: model.name,
      rows: [{ type: 'model', id }],
      files: [{ room: 'models', id }],
      users: (db) => this.repository.users(id, db),
      remove: (tx) => this.repository.remove(tx, id),
    }))
    if (model.hub) await this.removeDownloaded(model, model.hub)
    if (deleteFiles) await this.uploads.removeFilesOf(model)
  }

  /** Call it once the row is gone: files of a commit that a model stands on are kept. */
  private async removeDownloaded({ id, name: title }: Model, { revision: _, ...source }: HubSource): Promise<void> {
    const job = { kind: 'hub.remove', subjectId: id, title } as const
    await this.jobs.submit({ ...job, params: source })
  }
}

/** @throws AppError for a precision that is not computed here, or at which the model does not fit into memory. */
function requireLoadable(memory: ModelMemory, precision: Precision): void {
  const problem = precisionProblem(memory, precision, null)
  if (problem) throw problem
}

/** Ends a transaction that found its work done. */
class AlreadyThere extends Error {}

const readyHint = (model: Model): string =>
  model.status === 'importing' ? 'wait until its registration has finished.' : 'its registration failed; see its page.'

function toModel(row: ModelRow, job: Job | null, damage: Damage | null): Model {
  return {
    id: row.id,
    ...describedOf(row),
    path: row.path,
    status: statusOf(row.readyAt, job, 'importing'),
    precision: PrecisionSchema.parse(row.precision),
    spec: ModelSpecSchema.nullable().parse(row.spec),
    structure: ModelStructureSchema.nullable().parse(row.structure),
    sites: z.array(SiteSchema).parse(row.sites),
    absentSites: z.array(AbsentSiteSchema).parse(row.absentSites),
    selfCheck: SelfCheckSchema.nullable().parse(row.selfCheck),
    parity: ParitySummarySchema.nullable().parse(row.parity),
    warnings: z.array(z.string()).parse(row.warnings),
    hub: HubSourceSchema.nullable().parse(row.hub),
    damage,
    job,
    createdAt: iso(row.createdAt),
  }
}
