// Rows of trainings as the API shows them.

import {
  CheckpointSchema,
  type Job,
  type MetricValues,
  PrecisionSchema,
  type Training,
  TrainingAlertSchema,
  TrainingCaptureSchema,
  TrainingParamsSchema,
  TrainingSummarySchema,
} from '@mistudio/contracts'
import { z } from 'zod'
import { describedOf } from '../common/describe.js'
import { iso } from '../common/time.js'
import type { TrainingRow } from './trainings.repository.js'

/** Subject of the job that a training is trained by. */
export const groupOf = (row: Pick<TrainingRow, 'id' | 'groupId'>): string => row.groupId ?? row.id

export const toTraining = (row: TrainingRow, job: Job | null, latest: MetricValues): Training => ({
  id: row.id,
  ...describedOf(row.run),
  modelId: row.modelId,
  modelName: row.modelName,
  tokenizationId: row.tokenizationId,
  datasetName: row.datasetName,
  capture: row.capture ? { ...TrainingCaptureSchema.omit({ id: true }).parse(row.capture), id: row.captureId } : null,
  precision: PrecisionSchema.parse(row.precision),
  params: TrainingParamsSchema.parse(row.params),
  dIn: row.dIn,
  dSae: row.dSae,
  step: row.step,
  latest,
  summary: TrainingSummarySchema.nullable().parse(row.run.summary),
  saeId: row.saeId,
  sweepId: row.sweepId,
  groupId: groupOf(row),
  parent: row.parentId ? { trainingId: row.parentId, step: row.parentStep ?? 0 } : null,
  alerts: z.array(TrainingAlertSchema).parse(row.alerts),
  checkpoints: z.array(CheckpointSchema).parse(row.checkpoints),
  job,
  createdAt: iso(row.run.createdAt),
})
