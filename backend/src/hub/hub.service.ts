// Rules of the hub room. The worker asks the hub; here questions are passed on, downloads become models, and the token is sealed.
import { randomUUID } from 'node:crypto'
import {
  AppError,
  type CreateHubDownload,
  HUB_TOKEN_SECRET,
  type HubInspection,
  type HubInspectionAnswer,
  type HubLocal,
  type HubSearchQuery,
  type HubSearchResult,
  type HubToken,
  type InspectHub,
  type JobInput,
  type JobResult,
  type Model,
  precisionProblem,
  type QuestionKind,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { AppConfig } from '../common/config.js'
import { iso } from '../common/time.js'
import { QuestionsService } from '../jobs/questions.service.js'
import { ModelsService } from '../models/models.service.js'
import { HubRepository } from './hub.repository.js'
import { seal, sealingKey } from './seal.js'

/** Shortest token of which the end is shown. */
const SHOWABLE = 16

@Injectable()
export class HubService {
  constructor(
    private readonly repository: HubRepository,
    private readonly questions: QuestionsService,
    private readonly models: ModelsService,
    private readonly config: AppConfig,
  ) {}

  local(): Promise<HubLocal> {
    return this.ask('hub.local', 'This computer', {})
  }

  search(query: HubSearchQuery): Promise<HubSearchResult> {
    return this.ask('hub.search', query.query || 'Most used models', query)
  }

  async inspect(asked: InspectHub): Promise<HubInspectionAnswer> {
    const found = await this.look(asked)
    const twin = await this.models.findFromHub(found)
    return { ...found, registered: twin ? { id: twin.id, name: twin.name } : null }
  }

  /**
   * Starts a download that becomes a model. Asked for the same commit and graph twice, both get the same model.
   * Throws what the inspection found against it, and `disk_full` when there is no room.
   */
  async download({ name, precision, ...asked }: CreateHubDownload): Promise<Model> {
    const found = await this.look(asked)
    if (found.problem) throw new AppError(found.problem.code, found.problem.message, found.problem.details)
    if (found.bytesToFetch > found.freeBytes) {
      throw new AppError(
        'disk_full',
        `"${found.repo}" needs ${found.bytesToFetch} more bytes, and the disk of the data folder has ${found.freeBytes} free. Free some space and try again.`,
      )
    }
    const problem = found.model ? precisionProblem(found.model.memory, precision, null) : null
    if (problem) throw problem
    const { repo, revision, commit, graph } = found
    const title = name ?? repo.slice(repo.lastIndexOf('/') + 1)
    return this.models.createFromHub({ repo, revision, commit, graph }, title, precision)
  }

  async token(): Promise<HubToken> {
    const row = await this.repository.hintOf(HUB_TOKEN_SECRET)
    if (!row) return { hasToken: false, lastFour: null, updatedAt: null }
    return { hasToken: true, lastFour: row.hint || null, updatedAt: iso(row.updatedAt) }
  }

  async setToken(token: string): Promise<HubToken> {
    const sealed = seal(token, await sealingKey(this.config.dataDir), HUB_TOKEN_SECRET)
    await this.repository.store(HUB_TOKEN_SECRET, sealed, token.length >= SHOWABLE ? token.slice(-4) : '')
    return this.token()
  }

  async deleteToken(): Promise<HubToken> {
    await this.repository.remove(HUB_TOKEN_SECRET)
    return this.token()
  }

  private look(asked: InspectHub): Promise<HubInspection> {
    return this.ask('hub.inspect', `${asked.repo} at ${asked.revision}`, asked)
  }

  private ask<K extends QuestionKind>(kind: K, title: string, params: JobInput<K>): Promise<JobResult<K>> {
    return this.questions.ask({ kind, subjectId: randomUUID(), title, params })
  }
}
