// Whether an SAE training may start: the rules of the contract, as refusals of the API.
import {
  AppError,
  type Capture,
  type Model,
  siteWidthsOf,
  type Tokenization,
  type TrainingField,
  type TrainingParams,
  trainingIssues,
} from '@mistudio/contracts'
import type { Issue } from '../common/parse.js'

/** Sites of a training that may start. */
export interface TrainingSites {
  /** Of the sites that are read, in their order. */
  readonly widths: readonly number[]
}

/** What a training reads. */
export interface TrainingData {
  readonly model: Model
  readonly tokenization: Tokenization
  /** null: activations come from the model. */
  readonly capture: Capture | null
}

/** Fields of the request beside `params`. */
const OUTSIDE: readonly TrainingField[] = ['tokenizationId', 'captureId']

/** The sites' entries. Throws `training_invalid` with every issue when the training may not start. */
export function checkTraining(params: TrainingParams, data: TrainingData): TrainingSites {
  const issues = trainingIssues(params, data)
  const widths = siteWidthsOf(params, data.model)
  if (widths && issues.length === 0) return { widths }
  const text = issues.map(({ message }) => message).join(' ')
  throw new AppError('training_invalid', `This training cannot start. ${text}`, {
    issues: issues.map(({ field, message }): Issue => {
      return { path: OUTSIDE.includes(field) ? field : `params.${field}`, message }
    }),
  })
}

/** @throws AppError `wrong_state` for a capture that is not finished, `training_invalid` for one that a training on these cannot read. */
export function checkCapture(capture: Capture, model: Model, tokenization: Tokenization): void {
  const refuse = (message: string): never => {
    throw new AppError('training_invalid', message, { issues: [{ path: 'captureId', message }] })
  }
  if (capture.status !== 'ready' || !capture.summary) {
    const why = capture.status === 'running' ? 'has not finished yet' : 'is not complete: it failed or was cancelled'
    throw new AppError('wrong_state', `The capture of "${capture.modelName}" ${why}. Choose a finished one.`)
  }
  if (capture.modelId !== model.id) {
    refuse(`This capture was made of "${capture.modelName}", not of "${model.name}". Choose one of the same model.`)
  }
  if (capture.tokenizationId !== tokenization.id) {
    refuse('This capture was made of other tokens: choose its own tokenization, whose held-out text measures the SAE.')
  }
  if (capture.params.split === 'held_out') {
    refuse('This capture holds the held-out text, which SAEs are measured on. Choose a capture of the training text.')
  }
}
