// Rules for SAEs that come from files: what may be imported for which site, and self-checks. The worker reads files and asks the hub.
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import {
  AppError,
  type CheckSae,
  type CreateSae,
  type HubSaes,
  type HubSaesQuery,
  type Job,
  type Model,
  type Sae,
  type SaeCheckWork,
  type SaeInspection,
  type SaeSource,
  type Site,
  type Tokenization,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { type Held, holdRows } from '../common/hold.js'
import { TokenizationsService } from '../datasets/tokenizations.service.js'
import { FilesService } from '../files/files.service.js'
import { JobsService } from '../jobs/jobs.service.js'
import { QuestionsService } from '../jobs/questions.service.js'
import { ModelsService } from '../models/models.service.js'
import { SaesRepository } from './saes.repository.js'
import { SaesService } from './saes.service.js'

/** Files that users name instead of the folder around them. */
const WEIGHTS = /^(sae_weights\.safetensors|sae\.safetensors|params\.npz|cfg\.json|hyperparams\.json)$/
const BUNDLED = 'bundled text'

@Injectable()
export class SaeImportsService {
  constructor(
    private readonly repository: SaesRepository,
    private readonly saes: SaesService,
    private readonly models: ModelsService,
    private readonly tokenizations: TokenizationsService,
    private readonly files: FilesService,
    private readonly jobs: JobsService,
    private readonly questions: QuestionsService,
  ) {}

  hub(query: HubSaesQuery): Promise<HubSaes> {
    const question = { kind: 'sae.hub', subjectId: randomUUID() } as const
    return this.questions.ask({ ...question, title: `SAEs of ${query.repo}`, params: query })
  }

  /** What files hold, before anything is stored. */
  async inspect(source: SaeSource): Promise<SaeInspection> {
    const settled = source.kind === 'folder' ? { ...source, path: await this.folder(source.path) } : source
    const question = { kind: 'sae.inspect', subjectId: randomUUID() } as const
    const title = source.kind === 'folder' ? path.basename(source.path) : `${source.repo} ${source.path}`.trim()
    return this.questions.ask({ ...question, title, params: { source: settled } })
  }

  /** Starts an import. Throws what the inspection found, `site_unknown`, and `sae_invalid` for a site of another width. */
  async create({ source, name, modelId, site, siteOut, check }: CreateSae): Promise<Sae> {
    const model = await this.models.requireReady(modelId)
    const { origin, suggestedName, ...found } = await this.inspect(source)
    const width = widthAt(model, site)
    const widthOut = siteOut === null ? width : widthAt(model, siteOut)
    requireWidth(model, site, 'd_in', found.dIn, width)
    requireWidth(model, siteOut ?? site, 'd_out', found.dOut, widthOut)
    const id = randomUUID()
    const title = name ?? suggestedName
    const work = await this.work(id, model, { site, siteOut, trainingId: null }, check)
    const maxPositions = model.spec?.maxPositions ?? 0
    const job = { kind: 'sae.import', subjectId: id, title } as const
    const params = { ...work, origin, width, widthOut, maxPositions }
    const { name: modelName, precision } = model
    await this.jobs.submit({ ...job, params }, async (tx) => {
      await holdRows(tx, needed(modelId, check))
      await this.repository.create(tx, { id, name: title, modelId, modelName, precision, site, siteOut, origin })
    })
    return this.saes.get(id)
  }

  /** Runs the self-check again, on the model as it is loaded now. */
  async check(id: string, check: CheckSae): Promise<Job> {
    const { sae, modelId } = await this.saes.requireWithModel(id)
    if (sae.sites.length > 1)
      throw new AppError(
        'sae_unsupported',
        `"${sae.name}" is a crosscoder of ${sae.sites.length} sites; self-checks measure SAEs of one. The figures of its training are on its page.`,
      )
    const [active] = await this.jobs.activeOf([id])
    if (active?.kind === 'sae.check')
      throw new AppError('conflict', `"${sae.name}" is being checked already.`, { jobId: active.id })
    const model = await this.models.requireReady(modelId)
    const params = await this.work(id, model, sae, check)
    const job = { kind: 'sae.check', subjectId: id, title: sae.name, params } as const
    return this.jobs.submit(job, (tx) => holdRows(tx, [{ type: 'sae', id }, ...needed(modelId, check)]))
  }

  private async work(
    saeId: string,
    { id: modelId, name: modelName, path: modelPath, precision }: Model,
    { site, siteOut, trainingId }: Pick<Sae, 'site' | 'siteOut' | 'trainingId'>,
    check: CheckSae,
  ): Promise<SaeCheckWork> {
    const read = check.tokenizationId === null ? null : await this.textFor(check.tokenizationId, modelId, modelName)
    const trainedOn = read ? await this.saes.trainedOn({ trainingId }, read) : 'unknown'
    const text = { ...check, name: read?.datasetName ?? BUNDLED, trainedOn }
    return { saeId, modelId, modelName, modelPath, precision, site, siteOut, text }
  }

  private async textFor(tokenizationId: string, modelId: string, modelName: string): Promise<Tokenization> {
    const tokenization = await this.tokenizations.requireReady(tokenizationId)
    if (tokenization.modelId === modelId) return tokenization
    throw new AppError(
      'tokenization_mismatch',
      `"${tokenization.datasetName}" was tokenized for another model than "${modelName}". Tokenize it for that one, or check on the bundled text.`,
    )
  }

  /** The folder of an SAE; users may name one of its files. */
  private folder(given: string): Promise<string> {
    return this.files.requireFolder(WEIGHTS.test(path.basename(given)) ? path.dirname(given) : given)
  }
}

/** What a self-check reads beside the SAE. */
const needed = (modelId: string, { tokenizationId }: CheckSae): Held[] => [
  { type: 'model', id: modelId },
  ...(tokenizationId === null ? [] : [{ type: 'tokenization' as const, id: tokenizationId }]),
]

/** @throws AppError `site_unknown`. */
function widthAt(model: Model, name: string): number {
  const site: Site | undefined = model.sites.find((one) => one.name === name && one.kind === 'token')
  if (site) return site.width
  throw new AppError(
    'site_unknown',
    `"${model.name}" has no site ${name} with one vector per token. Choose one of its sites.`,
  )
}

function requireWidth(model: Model, site: string, what: string, size: number | null, width: number): void {
  if (size === null || size === width) return
  throw new AppError(
    'sae_invalid',
    `The SAE has ${what} ${size}, "${model.name}" has ${width} values at ${site}. Choose the model and site it was trained on.`,
    { size, width },
  )
}
