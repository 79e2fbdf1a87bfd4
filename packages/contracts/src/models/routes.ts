// REST routes of models; part of the table in ../routes.ts.
import { z } from 'zod'
import { NameSchema } from '../common/envelope.js'
import {
  CreateModelSchema,
  DeleteModelQuerySchema,
  InspectModelSchema,
  LoadModelSchema,
  ModelInspectionSchema,
  ModelListQuerySchema,
  ModelMemorySchema,
  ModelSchema,
  ModelTensorSchema,
  ParityReportSchema,
  TensorQuerySchema,
  TensorStatisticsSchema,
} from './index.js'

const None = z.null()

export const MODEL_ROUTES = {
  listModels: {
    method: 'GET',
    path: '/models',
    scope: 'read',
    query: ModelListQuerySchema,
    response: z.array(ModelSchema),
    listed: true,
  },
  inspectModel: {
    method: 'POST',
    path: '/models/inspect',
    scope: 'write',
    body: InspectModelSchema,
    response: ModelInspectionSchema,
  },
  createModel: { method: 'POST', path: '/models', scope: 'write', body: CreateModelSchema, response: ModelSchema },
  getModel: { method: 'GET', path: '/models/:id', scope: 'read', response: ModelSchema },
  updateModel: {
    method: 'PATCH',
    path: '/models/:id',
    scope: 'write',
    body: z.strictObject({ name: NameSchema }),
    response: ModelSchema,
    guarded: true,
  },
  /** Runs the checks of the parity report again; the model's job tells how far they are. */
  verifyModel: { method: 'POST', path: '/models/:id/verify', scope: 'write', response: ModelSchema },
  /** Loads the model in another precision: its checks are run at it, and it is kept when they could be run. */
  loadModel: { method: 'POST', path: '/models/:id/load', scope: 'write', body: LoadModelSchema, response: ModelSchema },
  /** What the model takes in memory at each precision, and what is free; asked of the worker. */
  modelMemory: { method: 'GET', path: '/models/:id/memory', scope: 'read', response: ModelMemorySchema },
  modelParity: { method: 'GET', path: '/models/:id/parity', scope: 'read', response: ParityReportSchema },
  modelTensors: { method: 'GET', path: '/models/:id/tensors', scope: 'read', response: z.array(ModelTensorSchema) },
  modelTensor: {
    method: 'GET',
    path: '/models/:id/tensor',
    scope: 'read',
    query: TensorQuerySchema,
    response: TensorStatisticsSchema,
  },
  deleteModel: {
    method: 'DELETE',
    path: '/models/:id',
    scope: 'write',
    query: DeleteModelQuerySchema,
    response: None,
  },
} as const
