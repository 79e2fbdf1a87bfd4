// Rules for SAE trainings: checked before they start, run by the worker, kept as runs.

import { randomUUID } from 'node:crypto'
import type { Describe } from '@mistudio/contracts'
import {
  AppError,
  type CreateTraining,
  type ListQuery,
  TERMINAL_STATES,
  type Training,
  type TrainingEstimate,
  type TrainingMetrics,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { storedSide } from '../captures/captures.service.js'
import { takeRows } from '../common/hold.js'
import { pageOf } from '../common/list.js'
import type { Page } from '../common/route.js'
import { usersError } from '../common/users-error.js'
import { FilesService } from '../files/files.service.js'
import { PlanOvertaken, RemovalService } from '../files/removal.service.js'
import { JobsService } from '../jobs/jobs.service.js'
import { QuestionsService } from '../jobs/questions.service.js'
import { checkTraining } from './training.checks.js'
import { type MetricsFile, metricsFile } from './training.export.js'
import { groupOf, toTraining } from './training.mapper.js'
import { TrainingStarter, trainingName } from './training.starter.js'
import { type TrainingRow, TrainingsRepository } from './trainings.repository.js'

@Injectable()
export class TrainingsService {
  constructor(
    private readonly repository: TrainingsRepository,
    private readonly starter: TrainingStarter,
    private readonly files: FilesService,
    private readonly removal: RemovalService,
    private readonly jobs: JobsService,
    private readonly questions: QuestionsService,
  ) {}

  async list(query: ListQuery): Promise<Page<Training>> {
    const { rows, found } = await this.repository.list(query)
    return pageOf(await this.complete(rows), found, query)
  }

  async get(id: string): Promise<Training> {
    const row = await this.repository.find(id)
    const [training] = row ? await this.complete([row]) : []
    if (!training) throw new AppError('not_found', 'There is no such training.')
    return training
  }

  /** Memory and time of a training that was not started. */
  async estimate(body: CreateTraining): Promise<TrainingEstimate> {
    const source = await this.starter.source(body)
    checkTraining(body.params, source)
    const { model, capture, precision } = source
    const from = { modelPath: model.path, precision, tokenizationId: body.tokenizationId }
    const params = { ...from, capture: capture && storedSide(capture), params: body.params }
    const question = { kind: 'training.estimate', subjectId: randomUUID() } as const
    const title = trainingName(body.name, body.params, model)
    return this.questions.ask({ ...question, title, params })
  }

  async create(body: CreateTraining): Promise<Training> {
    const source = await this.starter.source(body)
    const wanted = { name: trainingName(body.name, body.params, source.model), params: body.params }
    const [id] = await this.starter.start(source, [wanted])
    return this.get(id ?? '')
  }

  async metrics(id: string): Promise<TrainingMetrics> {
    const { groupId } = await this.get(id)
    return this.repository.metrics(id, groupId)
  }

  async metricsFile(id: string, format: 'csv' | 'json'): Promise<MetricsFile> {
    const training = await this.get(id)
    return metricsFile(training, await this.repository.metrics(id, training.groupId), format)
  }

  async describe(id: string, changes: Describe, seen: string | null): Promise<Training> {
    await this.get(id)
    await this.repository.describe(id, changes, seen)
    return this.get(id)
  }

  /**
   * Deletes a training with its checkpoints and metrics; its SAE stays. A running job of its own is ended first.
   * @throws AppError `wrong_state` while other trainings still run in the same job.
   */
  async remove(id: string): Promise<void> {
    await this.removal.remove(async () => {
      const { name: title, groupId, ...training } = await this.get(id)
      const alone = (await this.repository.groupSize(groupId)) <= 1
      if (isRunning(training) && !alone) {
        const message = `"${title}" runs in one job with others. Stop or cancel the job, then delete.`
        throw new AppError('wrong_state', message)
      }
      return {
        title,
        rows: [{ type: 'training', id }],
        files: [{ room: 'trainings', id }],
        users: (db) => this.repository.branches(id, null, db),
        remove: async (tx) => {
          if ((await this.jobs.activeOf([groupId], tx)).length > 0) throw new PlanOvertaken()
          await this.repository.remove(tx, id)
        },
      }
    })
  }

  /** Deletes a checkpoint of a training that does not run. */
  async removeCheckpoint(id: string, step: number): Promise<void> {
    const training = await this.get(id)
    if (isRunning(training)) {
      throw new AppError('wrong_state', `"${training.name}" is not over: it may need its checkpoints.`)
    }
    if (!training.checkpoints.some((checkpoint) => checkpoint.step === step)) {
      throw new AppError('not_found', `"${training.name}" has no checkpoint of step ${step}.`)
    }
    const title = `${training.name}, step ${step}`
    await this.files.remove(title, [{ room: 'trainings' as const, id, checkpoint: step }], async (tx) => {
      await takeRows(tx, [{ type: 'training', id }])
      const users = await this.repository.branches(id, step, tx)
      if (users.length > 0) throw usersError(title, users)
      const left = (await this.repository.checkpoints(tx, id)).filter((checkpoint) => checkpoint.step !== step)
      await this.repository.setCheckpoints(tx, id, left)
    })
  }

  private async complete(rows: readonly TrainingRow[]): Promise<Training[]> {
    const ids = rows.map(({ id }) => id)
    const groups = [...new Set(rows.map(groupOf))]
    const [jobs, latest] = await Promise.all([this.jobs.newestOf(groups), this.repository.latest(ids)])
    return rows.map((row) => toTraining(row, jobs.get(groupOf(row)) ?? null, latest.get(row.id) ?? {}))
  }
}

const isRunning = ({ job }: Pick<Training, 'job'>): boolean => job !== null && !TERMINAL_STATES.includes(job.state)
