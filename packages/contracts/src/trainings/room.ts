// The room of SAE trainings.

import { z } from 'zod'
import { DescribeSchema } from '../common/describe.js'
import { defineFolders, defineRoom, defineWork, place, words } from '../definition/index.js'
import { TRAINING_METRIC_KEYS } from './metrics.js'
import { SAE_TRAINING_ARCHITECTURES } from './params.js'
import {
  BranchTrainingSchema,
  CreateSweepSchema,
  CreateTrainingSchema,
  ExtendTrainingSchema,
  TrainingEstimateParamsSchema,
  TrainingEstimateSchema,
  TrainingExportQuerySchema,
  TrainingListQuerySchema,
  TrainingMetricsSchema,
  TrainingRunParamsSchema,
  TrainingRunResultSchema,
  TrainingSchema,
} from './schemas.js'

export * from './schemas.js'

export const trainingsFolders = defineFolders({
  trainings: {
    hashed: { what: 'A checkpoint of this training', wayOut: 'Go on from another checkpoint', readyIn: null },
  },
})

export const trainingsWork = defineWork({
  subjects: {
    training: { word: 'training', table: 'training', place: 'training', renews: ['/trainings', '/saes'] },
  },
  jobs: {
    'training.estimate': {
      label: 'Estimate training',
      tone: 'emerald',
      queue: 'questions',
      subject: 'system',
      params: TrainingEstimateParamsSchema,
      result: TrainingEstimateSchema,
      question: true,
    },
    'training.run': {
      label: 'Train SAE',
      tone: 'emerald',
      queue: 'compute',
      subject: 'training',
      params: TrainingRunParamsSchema,
      result: TrainingRunResultSchema,
      question: false,
      pausable: true,
      stoppable: true,
      cleaning: false,
    },
  },
})

/** What the x axis of curves counts; steps when it is left out. */
const X_AXIS = words.oneOf('step', 'tokens', 'time')

export const trainingsRoom = defineRoom({
  name: 'trainings',
  title: 'Trainings',
  work: trainingsWork,
  folders: trainingsFolders,
  places: {
    trainings: place('/trainings', {}),
    newTraining: place('/trainings/new', {
      modelId: words.text,
      tokenizationId: words.text,
      captureId: words.text,
      site: words.text,
      architecture: words.oneOf(...SAE_TRAINING_ARCHITECTURES),
      /** Parameters of another training, as JSON. */
      settings: words.text,
      preset: words.oneOf('quick'),
      /** The training to branch from, and the step. */
      branch: words.text,
      step: words.whole,
    }),
    compareTrainings: place('/trainings/compare', {
      sweep: words.text,
      ids: words.listOf(words.text),
      metrics: words.listOf(words.oneOf(...TRAINING_METRIC_KEYS)),
      x: X_AXIS,
    }),
    training: place('/trainings/:id', { x: X_AXIS }),
  },
  channels: [],
  routes: {
    listTrainings: {
      summary: 'Lists the trainings.',
      method: 'GET',
      path: '/trainings',
      scope: 'read',
      status: 200,
      query: TrainingListQuerySchema,
      response: z.array(TrainingSchema),
      listed: true,
    },
    estimateTraining: {
      summary: 'Tells what a training would take in memory and time, and why it may not start.',
      method: 'POST',
      path: '/trainings/estimate',
      scope: 'write',
      status: 200,
      body: CreateTrainingSchema,
      response: TrainingEstimateSchema,
    },
    createTraining: {
      summary: 'Starts a training.',
      method: 'POST',
      path: '/trainings',
      scope: 'write',
      status: 201,
      body: CreateTrainingSchema,
      response: TrainingSchema,
    },
    getTraining: {
      summary: 'Reads one training.',
      method: 'GET',
      path: '/trainings/:id',
      scope: 'read',
      status: 200,
      response: TrainingSchema,
    },
    trainingMetrics: {
      summary: 'Reads the metrics of a training.',
      method: 'GET',
      path: '/trainings/:id/metrics',
      scope: 'read',
      status: 200,
      response: TrainingMetricsSchema,
    },
    trainingMetricsFile: {
      summary: 'Downloads the metrics of a training as CSV or JSON.',
      method: 'GET',
      path: '/trainings/:id/metrics/file',
      scope: 'read',
      status: 200,
      query: TrainingExportQuerySchema,
      gives: ['text/csv', 'application/json'],
    },
    updateTraining: {
      summary: 'Changes name, notes or tags of a training.',
      method: 'PATCH',
      path: '/trainings/:id',
      scope: 'write',
      status: 200,
      body: DescribeSchema,
      response: TrainingSchema,
      guarded: true,
    },
    deleteTraining: {
      summary: 'Deletes a training with its checkpoints; its SAE stays.',
      method: 'DELETE',
      path: '/trainings/:id',
      scope: 'write',
      status: 200,
      response: z.null(),
    },
    createSweep: {
      summary: 'Starts several trainings at once; those with one stream of activations run as one job.',
      method: 'POST',
      path: '/trainings/sweeps',
      scope: 'write',
      status: 201,
      body: CreateSweepSchema,
      response: z.array(TrainingSchema),
    },
    extendTraining: {
      summary: 'Starts a training that goes on where a finished one ended.',
      method: 'POST',
      path: '/trainings/:id/extend',
      scope: 'write',
      status: 200,
      body: ExtendTrainingSchema,
      response: TrainingSchema,
    },
    branchTraining: {
      summary: 'Starts a training from a checkpoint of another, with some options changed.',
      method: 'POST',
      path: '/trainings/:id/branch',
      scope: 'write',
      status: 200,
      body: BranchTrainingSchema,
      response: TrainingSchema,
    },
    deleteCheckpoint: {
      summary: 'Deletes one checkpoint of a training.',
      method: 'DELETE',
      path: '/trainings/:id/checkpoints/:step',
      scope: 'write',
      status: 200,
      response: z.null(),
    },
  },
})
