// Puts trainings in motion: checks all of them, then stores rows and jobs. Trainings with one stream become one job.
import { randomUUID } from 'node:crypto'
import {
  AppError,
  type Capture,
  type CreateTraining,
  dictionarySize,
  isCrosscoder,
  type Model,
  type Precision,
  STREAM_LIMIT,
  sparsityWord,
  streamKey,
  type Tokenization,
  type TrainingParams,
  type TrainingRunParams,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { CapturesService, storedSide } from '../captures/captures.service.js'
import type { Tx } from '../common/database.js'
import { holdRows } from '../common/hold.js'
import { TokenizationsService } from '../datasets/tokenizations.service.js'
import { JobsService } from '../jobs/jobs.service.js'
import { ModelsService } from '../models/models.service.js'
import { checkCapture, checkTraining, type TrainingSites } from './training.checks.js'
import { TrainingsRepository } from './trainings.repository.js'

/** A training to be started; `parent` with a step above 0 is the checkpoint it begins from. */
export interface Wanted {
  readonly name: string
  /** Of the training that it comes from. */
  readonly notes?: string
  readonly tags?: readonly string[]
  readonly params: TrainingParams
  readonly parent?: { readonly trainingId: string; readonly step: number }
}

export interface Source {
  readonly model: Model
  readonly tokenization: Tokenization
  /** Finished, of this model; null: the model is read. */
  readonly capture: Capture | null
  /** Of the capture or else the model, unless a branch keeps that of its parent. */
  readonly precision: Precision
}

@Injectable()
export class TrainingStarter {
  constructor(
    private readonly repository: TrainingsRepository,
    private readonly models: ModelsService,
    private readonly tokenizations: TokenizationsService,
    private readonly captures: CapturesService,
    private readonly jobs: JobsService,
  ) {}

  /** @throws AppError for a model, tokens or a capture that are gone or not ready, `training_invalid` when they do not belong together. */
  async source(body: Pick<CreateTraining, 'modelId' | 'tokenizationId' | 'captureId'>): Promise<Source> {
    const model = await this.models.requireReady(body.modelId)
    const tokenization = await this.tokenizations.requireReady(body.tokenizationId)
    const capture = body.captureId === undefined ? null : await this.captures.get(body.captureId)
    if (capture) checkCapture(capture, model, tokenization)
    return { model, tokenization, capture, precision: capture?.precision ?? model.precision }
  }

  /** Starts all or, when one may not start, none. Returns their ids in order. @throws AppError `training_invalid`. */
  async start(source: Source, wanted: readonly Wanted[], sweepId: string | null = null): Promise<string[]> {
    const checked = wanted.map((one) => {
      const sites = checkTraining(one.params, source)
      return { ...one, sites, id: randomUUID(), saeId: randomUUID() }
    })
    for (const group of streams(checked)) await this.submit(source, group, sweepId)
    return checked.map(({ id }) => id)
  }

  private async submit(
    { model, tokenization, capture, precision }: Source,
    group: readonly Checked[],
    sweepId: string | null,
  ): Promise<void> {
    const [first] = group
    if (!first) return
    const shared = {
      modelId: model.id,
      modelName: model.name,
      precision,
      tokenizationId: tokenization.id,
      datasetName: tokenization.datasetName,
    }
    const params: TrainingRunParams = {
      ...shared,
      modelPath: model.path,
      capture: capture && storedSide(capture),
      members: group.map(({ id, saeId, name, params, parent }) => {
        return { trainingId: id, saeId, name, params, parent: parent && parent.step > 0 ? parent : null }
      }),
    }
    const title = group.length === 1 ? first.name : `${first.name} and ${group.length - 1} more on one stream`
    const job = { kind: 'training.run', subjectId: first.id, title, params } as const
    await this.jobs.submit(job, async (tx) => {
      await holdRows(tx, [
        { type: 'model', id: model.id },
        { type: 'tokenization', id: tokenization.id },
        ...(capture ? [{ type: 'capture' as const, id: capture.id }] : []),
      ])
      await this.holdParents(tx, group)
      for (const { id, name, notes = '', tags = [], params, parent, sites } of group) {
        await this.repository.create(tx, {
          capture: capture && { id: capture.id, tokens: capture.tokens, dtype: capture.params.dtype },
          id,
          name,
          notes,
          tags,
          ...shared,
          params,
          sweepId,
          groupId: group.length > 1 ? first.id : null,
          dIn: sum(sites.widths),
          dSae: dictionarySize(params, sites.widths),
          parentId: parent?.trainingId ?? null,
          parentStep: parent?.step ?? null,
        })
      }
    })
  }

  /** The checkpoints that these begin from stay until each has one of its own. @throws AppError `conflict` for one that is gone. */
  private async holdParents(tx: Tx, group: readonly Checked[]): Promise<void> {
    for (const { parent } of group) {
      if (!parent || parent.step === 0) continue
      await holdRows(tx, [{ type: 'training', id: parent.trainingId }])
      const kept = await this.repository.checkpoints(tx, parent.trainingId)
      if (kept.some(({ step }) => step === parent.step)) continue
      throw new AppError('conflict', `The checkpoint of step ${parent.step} was deleted. Begin from another one.`)
    }
  }
}

interface Checked extends Wanted {
  readonly id: string
  readonly saeId: string
  readonly sites: TrainingSites
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Trainings that can share a stream, together; those that begin from a checkpoint stand alone. */
function streams<T extends Wanted>(wanted: readonly T[]): T[][] {
  const open = new Map<string, T[]>()
  const groups: T[][] = []
  for (const one of wanted) {
    const key = streamKey(one.params)
    const group = one.parent ? undefined : open.get(key)
    if (group && group.length < STREAM_LIMIT) {
      group.push(one)
      continue
    }
    const fresh = [one]
    groups.push(fresh)
    if (!one.parent) open.set(key, fresh)
  }
  return groups
}

/** `demo · blocks.2.hook_resid_post · ×8 · k 32`, unless the user gave a name. */
export const trainingName = (name: string | undefined, params: TrainingParams, model: Model): string =>
  name ?? `${model.name} · ${sitesWord(params)} · ×${params.expansion} · ${sparsityWord(params)}`.slice(0, 120)

const sitesWord = (params: TrainingParams): string =>
  isCrosscoder(params) ? `crosscoder of ${params.moreSites.length + 1} sites from ${params.site}` : params.site
