// New trainings out of others: sweeps over options, longer runs, branches from a checkpoint, the same again with other options.
import { randomUUID } from 'node:crypto'
import {
  AppError,
  type BranchTraining,
  type CreateSweep,
  type ExtendTraining,
  OPTION_TEXTS,
  type Overrides,
  SHAPE_OPTIONS,
  SWEEP_LIMIT,
  sweepMembers,
  TERMINAL_STATES,
  type Training,
  type TrainingOption,
  type TrainingParams,
  withOverrides,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { issuesOf } from '../common/parse.js'
import { TrainingStarter, type Wanted } from './training.starter.js'
import { TrainingsService } from './trainings.service.js'

@Injectable()
export class TrainingVariantsService {
  constructor(
    private readonly trainings: TrainingsService,
    private readonly starter: TrainingStarter,
  ) {}

  /** One training per combination of a grid, or per entry of a list. */
  async sweep(body: CreateSweep): Promise<Training[]> {
    const size = Object.values(body.grid ?? {}).reduce((product, values) => product * values.length, 1)
    if (size > SWEEP_LIMIT) {
      throw new AppError(
        'training_invalid',
        `The grid makes ${size} trainings; at most ${SWEEP_LIMIT} can start at once.`,
      )
    }
    const source = await this.starter.source(body)
    const wanted = sweepMembers(body).map((overrides): Wanted => {
      const params = overridden(body.params, overrides)
      const name = body.name ?? `${source.model.name} · ${params.site} · ×${params.expansion}`
      return { name: `${name} · ${changes(overrides)}`.slice(0, 120), params }
    })
    const ids = await this.starter.start(source, wanted, randomUUID())
    return Promise.all(ids.map((id) => this.trainings.get(id)))
  }

  /** A finished training goes on to more steps, as a new one. */
  async extend(id: string, { steps }: ExtendTraining): Promise<Training> {
    const parent = await this.trainings.get(id)
    if (parent.job && !TERMINAL_STATES.includes(parent.job.state)) {
      throw new AppError('wrong_state', `"${parent.name}" has not ended yet.`)
    }
    const step = Math.max(0, ...parent.checkpoints.map((checkpoint) => checkpoint.step))
    if (step === 0) throw new AppError('conflict', `"${parent.name}" has no checkpoint to go on from.`)
    const name = `${parent.name} · to ${steps} steps`.slice(0, 120)
    return this.branch(id, { name, step, params: { steps } })
  }

  /** A new training from a checkpoint (`step`), or from the start (0), with some options changed. */
  async branch(id: string, { name, step, params: overrides }: BranchTraining): Promise<Training> {
    const parent = await this.trainings.get(id)
    const params = overridden(parent.params, overrides)
    if (step > 0) checkBranch(parent, step, params)
    if (parent.modelId === null || parent.tokenizationId === null) {
      throw new AppError('conflict', `The model or the tokens of "${parent.name}" were deleted.`)
    }
    const captureId = parent.capture?.id
    if (captureId === null) {
      throw new AppError(
        'conflict',
        `The capture that "${parent.name}" was trained from was deleted. Start a new training.`,
      )
    }
    const { modelId, tokenizationId } = parent
    const source = await this.starter.source({ modelId, tokenizationId, ...(captureId ? { captureId } : {}) })
    const title = name ?? `${parent.name} · ${step > 0 ? `from step ${step}` : 'again'}`.slice(0, 120)
    const kept = { ...source, precision: parent.precision }
    const [branch] = await this.starter.start(kept, [
      { name: title, notes: parent.notes, tags: parent.tags, params, parent: { trainingId: id, step } },
    ])
    return this.trainings.get(branch ?? '')
  }
}

function checkBranch(parent: Training, step: number, params: TrainingParams): void {
  if (!parent.checkpoints.some((checkpoint) => checkpoint.step === step)) {
    throw new AppError('conflict', `"${parent.name}" has no checkpoint of step ${step} any more.`)
  }
  const changed = SHAPE_OPTIONS.find((key) => JSON.stringify(parent.params[key]) !== JSON.stringify(params[key]))
  if (changed) {
    const message = `A branch from a checkpoint keeps "${OPTION_TEXTS[changed].label}": the weights would not fit. Branch from step 0 to change it.`
    throw new AppError('training_invalid', message, { issues: [{ path: `params.${changed}`, message }] })
  }
  if (params.steps <= step) {
    const message = `The checkpoint is of step ${step}; a branch needs more steps than that in all.`
    throw new AppError('training_invalid', message, { issues: [{ path: 'params.steps', message }] })
  }
}

/** @throws AppError `validation_failed` with one issue per wrong option. */
function overridden(params: TrainingParams, overrides: Overrides): TrainingParams {
  try {
    return withOverrides(params, overrides)
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    const issues = issuesOf(error).map(({ path, message }) => ({ path: path ? `params.${path}` : 'params', message }))
    const text = issues.map(({ path, message }) => `${path}: ${message}`).join('; ')
    throw new AppError('validation_failed', `These options cannot be changed like this: ${text}`, { issues })
  }
}

/** `k 32, Learning rate 0.001`. */
const changes = (overrides: Overrides): string =>
  Object.entries(overrides)
    .map(([key, value]) => `${OPTION_TEXTS[key as TrainingOption]?.label ?? key} ${String(value)}`)
    .join(', ')
