// Rules for steering: a feature is added in units of its own maximum activation, so it must exist, be alive, and belong to the model.
import { randomUUID } from 'node:crypto'
import {
  AppError,
  type ChatPreview,
  type ChatPreviewRequest,
  CompletionDetailsSchema,
  type CreateSteering,
  CreateSteeringSchema,
  type Job,
  type ListQuery,
  type Model,
  PrecisionSchema,
  type Steering,
  type SteeringGenerateParams,
  type SteeringResult,
  SteeringResultSchema,
  writable,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { requireSeen, versionOf } from '../common/edit.js'
import { type Held, holdRows } from '../common/hold.js'
import { pageOf } from '../common/list.js'
import type { Page } from '../common/route.js'
import { iso } from '../common/time.js'
import { ExtractionsService } from '../extractions/extractions.service.js'
import { FeaturesService } from '../features/features.service.js'
import { RemovalService } from '../files/removal.service.js'
import type { Steering as SteeringRow } from '../generated/prisma/client.js'
import { JobsService } from '../jobs/jobs.service.js'
import { QuestionsService } from '../jobs/questions.service.js'
import { ModelsService } from '../models/models.service.js'
import { SteeringRepository } from './steering.repository.js'
import { steeredVariants } from './variants.js'

type Variants = SteeringGenerateParams['variants']
interface Direction {
  readonly extractionId: string | null
  readonly saeId: string | null
  readonly site: string | null
  readonly variants: Variants
}

@Injectable()
export class SteeringService {
  constructor(
    private readonly repository: SteeringRepository,
    private readonly models: ModelsService,
    private readonly extractions: ExtractionsService,
    private readonly features: FeaturesService,
    private readonly jobs: JobsService,
    private readonly removal: RemovalService,
    private readonly questions: QuestionsService,
  ) {}

  async list(query: ListQuery): Promise<Page<Steering>> {
    const { rows, found } = await this.repository.list(query)
    const jobs = await this.jobs.newestOf(rows.map(({ id }) => id))
    const items = rows.map((row) => toSteering(row, jobs.get(row.id) ?? null))
    return pageOf(items, found, query)
  }

  async get(id: string): Promise<Steering> {
    const row = await this.repository.find(id)
    if (!row) throw new AppError('not_found', 'There is no such steering experiment.')
    return toSteering(row, (await this.jobs.newestOf([id])).get(id) ?? null)
  }

  async create(request: CreateSteering): Promise<Steering> {
    const model = await this.models.requireReady(request.modelId)
    const { extractionId, saeId, site, variants } = await this.direction(request, model)
    const id = randomUUID()
    const { name: modelName, path: modelPath, precision } = model
    const row = { id, modelId: model.id, modelName, precision, extractionId, saeId, site, request }
    const { prompt, messages, sampling, scope, stop, alternatives } = request
    const asked = { prompt, ...(messages ? { messages } : {}), sampling, scope, stop, alternatives }
    const params = { steeringId: id, modelPath, precision, saeId, site, variants, ...asked }
    const job = { kind: 'steering.generate', subjectId: id } as const
    const needed: Held[] = [{ type: 'model', id: model.id }]
    if (saeId) needed.push({ type: 'sae', id: saeId })
    if (extractionId) needed.push({ type: 'extraction', id: extractionId })
    await this.jobs.submit({ ...job, title: titleOf(request), params }, async (tx) => {
      await holdRows(tx, needed)
      await this.repository.create(tx, row)
      await this.repository.prune(tx)
    })
    return this.get(id)
  }

  /** What a model reads of a prompt or of messages; with neither, whether it has a chat template and what it can hold. */
  async previewChat({ modelId, messages, prompt }: ChatPreviewRequest): Promise<ChatPreview> {
    const model = await this.models.requireReady(modelId)
    const question = { kind: 'steering.chat', subjectId: model.id, title: model.name } as const
    const params = {
      modelPath: model.path,
      precision: model.precision,
      messages,
      ...(prompt === undefined ? {} : { prompt }),
    }
    return this.questions.ask({ ...question, params })
  }

  /** A name saves an experiment; null lets it go back into the history. */
  async rename(id: string, name: string | null, seen: string | null): Promise<Steering> {
    await this.get(id)
    await this.repository.rename(id, name, (now) => requireSeen(seen, now))
    return this.get(id)
  }

  async remove(id: string): Promise<void> {
    await this.removal.remove(async () => ({
      title: titleOf((await this.get(id)).request),
      rows: [{ type: 'steering', id }],
      files: [],
      remove: (tx) => this.repository.remove(tx, id),
    }))
  }

  private async direction({ extractionId, variants }: CreateSteering, model: Model): Promise<Direction> {
    if (extractionId === undefined) {
      if (variants.length === 0) return { extractionId: null, saeId: null, site: null, variants: [] }
      const message = 'Steering needs the extraction that measured the features.'
      throw new AppError('validation_failed', message, { issues: [{ path: 'extractionId', message }] })
    }
    const extraction = await this.extractions.get(extractionId)
    if (extraction.modelId !== model.id) {
      const message = `The SAE "${extraction.saeName}" was trained on "${extraction.modelName}", not on "${model.name}".`
      throw new AppError('sae_invalid', `${message} Choose features of this model's SAEs.`)
    }
    const indices = variants.flatMap(({ features }) => features.map(({ index }) => index))
    const maxima = await this.features.maxima(extractionId, indices)
    const { saeId, site } = extraction
    return { extractionId, saeId, site, variants: steeredVariants(variants, maxima) }
  }
}

const TITLE_LENGTH = 60
const shortened = (prompt: string): string =>
  prompt.length > TITLE_LENGTH ? `${prompt.slice(0, TITLE_LENGTH).trimEnd()}…` : prompt

/** The text a person will know the experiment by: the prompt, or what was said last. */
const titleOf = ({ prompt, messages }: CreateSteering): string =>
  shortened(messages?.at(-1)?.content || prompt || 'Chat')

/** The completions with what was stored apart from them; as they are where nothing was. */
function withDetails(result: SteeringResult | null, details: unknown): SteeringResult | null {
  const stored = z.array(CompletionDetailsSchema).nullish().parse(details)
  if (!result || !stored) return result
  return { ...result, completions: result.completions.map((completion, at) => ({ ...completion, ...stored[at] })) }
}

const toSteering = (row: Omit<SteeringRow, 'details'> & { details?: unknown }, job: Job | null): Steering => ({
  id: row.id,
  name: row.name,
  modelId: row.modelId,
  modelName: row.modelName,
  precision: PrecisionSchema.parse(row.precision),
  extractionId: row.extractionId,
  saeId: row.saeId,
  site: row.site,
  request: CreateSteeringSchema.parse(writable(row.request)),
  result: withDetails(SteeringResultSchema.nullable().parse(row.result), row.details),
  job,
  version: versionOf({ name: row.name }),
  createdAt: iso(row.createdAt),
})
