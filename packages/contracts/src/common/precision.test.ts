import { describe, expect, it } from 'vitest'
import { ActivationCaptureParamsSchema } from '../captures/schemas.js'
import { ExtractionRunParamsSchema } from '../extractions/schemas.js'
import { FeatureProbeParamsSchema } from '../features/schemas.js'
import { HubDownloadParamsSchema } from '../hub/schemas.js'
import { ModelRegisterParamsSchema, ModelVerifyParamsSchema, ParitySummarySchema } from '../models/schemas.js'
import { ChatPreviewParamsSchema, SteeringGenerateParamsSchema } from '../steering/schemas.js'
import { TrainingEstimateParamsSchema, TrainingRunParamsSchema } from '../trainings/schemas.js'

const OPENING = {
  ActivationCaptureParamsSchema,
  ExtractionRunParamsSchema,
  FeatureProbeParamsSchema,
  HubDownloadParamsSchema,
  ModelRegisterParamsSchema,
  ModelVerifyParamsSchema,
  ChatPreviewParamsSchema,
  SteeringGenerateParamsSchema,
  TrainingEstimateParamsSchema,
  TrainingRunParamsSchema,
}

describe('parameters of jobs that open a model', () => {
  it.each(Object.entries(OPENING))(
    '%s: without a precision they mean float32, unknown ones are refused',
    (_, schema) => {
      const { precision } = schema.shape
      expect(precision.parse(undefined)).toBe('float32')
      expect(precision.parse('int4')).toBe('int4')
      expect(precision.safeParse('int2').success).toBe(false)
    },
  )
})

it('reads summaries of reports that were made before losses were kept', () => {
  expect(ParitySummarySchema.parse({ passed: 1, failed: 0, at: '2026-01-01T00:00:00.000Z' }).losses).toEqual([])
})
