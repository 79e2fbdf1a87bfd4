// Routes of trainings and their templates; part of the table in ../routes.ts.
import { z } from 'zod'
import type { Route } from '../routes.js'
import {
  CreateTemplateSchema,
  TemplateFileSchema,
  TemplateListQuerySchema,
  TemplateSchema,
  UpdateTemplateSchema,
} from '../templates/index.js'
import { BranchTrainingSchema, ExtendTrainingSchema } from './control.js'
import { CreateSweepSchema } from './sweeps.js'
import {
  CreateTrainingSchema,
  TrainingEstimateSchema,
  TrainingListQuerySchema,
  TrainingMetricsSchema,
  TrainingSchema,
} from './training.js'

const None = z.null()

export const TRAINING_ROUTES = {
  listTrainings: {
    method: 'GET',
    path: '/trainings',
    scope: 'read',
    query: TrainingListQuerySchema,
    response: z.array(TrainingSchema),
    listed: true,
  },
  estimateTraining: {
    method: 'POST',
    path: '/trainings/estimate',
    scope: 'write',
    body: CreateTrainingSchema,
    response: TrainingEstimateSchema,
  },
  createTraining: {
    method: 'POST',
    path: '/trainings',
    scope: 'write',
    body: CreateTrainingSchema,
    response: TrainingSchema,
  },
  getTraining: { method: 'GET', path: '/trainings/:id', scope: 'read', response: TrainingSchema },
  trainingMetrics: { method: 'GET', path: '/trainings/:id/metrics', scope: 'read', response: TrainingMetricsSchema },
  deleteTraining: { method: 'DELETE', path: '/trainings/:id', scope: 'write', response: None },
  /** Several trainings at once; those with one stream of activations run as one job. */
  createSweep: {
    method: 'POST',
    path: '/trainings/sweeps',
    scope: 'write',
    body: CreateSweepSchema,
    response: z.array(TrainingSchema),
  },
  extendTraining: {
    method: 'POST',
    path: '/trainings/:id/extend',
    scope: 'write',
    body: ExtendTrainingSchema,
    response: TrainingSchema,
  },
  branchTraining: {
    method: 'POST',
    path: '/trainings/:id/branch',
    scope: 'write',
    body: BranchTrainingSchema,
    response: TrainingSchema,
  },
  deleteCheckpoint: { method: 'DELETE', path: '/trainings/:id/checkpoints/:step', scope: 'write', response: None },

  listTemplates: {
    method: 'GET',
    path: '/templates',
    scope: 'read',
    query: TemplateListQuerySchema,
    response: z.array(TemplateSchema),
    listed: true,
  },
  createTemplate: {
    method: 'POST',
    path: '/templates',
    scope: 'write',
    body: CreateTemplateSchema,
    response: TemplateSchema,
  },
  exportTemplates: { method: 'GET', path: '/templates/export', scope: 'read', response: TemplateFileSchema },
  importTemplates: {
    method: 'POST',
    path: '/templates/import',
    scope: 'write',
    body: TemplateFileSchema,
    response: z.array(TemplateSchema),
  },
  getTemplate: { method: 'GET', path: '/templates/:id', scope: 'read', response: TemplateSchema },
  updateTemplate: {
    method: 'PATCH',
    path: '/templates/:id',
    scope: 'write',
    body: UpdateTemplateSchema,
    response: TemplateSchema,
    guarded: true,
  },
  deleteTemplate: { method: 'DELETE', path: '/templates/:id', scope: 'write', response: None },
} as const satisfies Record<string, Route>
