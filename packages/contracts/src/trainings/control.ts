// What can be done with a training that exists: extend it, branch from a checkpoint, take its metrics away.
import { z } from 'zod'
import { IdSchema, NameSchema } from '../common/envelope.js'
import { OverridesSchema } from './params.js'

/** A finished training goes on until `steps` steps in all, with the schedules of the longer run. It makes a new SAE; the old one stays. */
export const ExtendTrainingSchema = z.strictObject({ steps: z.int().min(1).max(5_000_000) })
export type ExtendTraining = z.infer<typeof ExtendTrainingSchema>

/**
 * A new training from a checkpoint of this one (`step`), or from its beginning (0: the same again), with some options changed. From a
 * checkpoint on, `steps` counts those already done, and what gives parameters their shapes cannot change.
 */
export const BranchTrainingSchema = z.strictObject({
  name: NameSchema.optional(),
  step: z.int().min(0),
  params: OverridesSchema.default({}),
})
export type BranchTraining = z.infer<typeof BranchTrainingSchema>

/** `csv`: one row per step, one column per metric, empty cells where there is no value. */
export const TrainingExportQuerySchema = z.object({ format: z.enum(['csv', 'json']).default('csv') })
export type TrainingExportQuery = z.infer<typeof TrainingExportQuerySchema>

/** Something that needs a look; each kind is raised once per training, at the first step it holds. */
export const TrainingAlertSchema = z.object({
  kind: z.enum(['diverged', 'l0_collapse', 'dead_share']),
  step: z.int(),
  message: z.string(),
})
export type TrainingAlert = z.infer<typeof TrainingAlertSchema>

/** Events `checkpoint` and `alert` of a training's job: what the row of this training says has changed. */
export const TrainingNoticeSchema = z.object({ trainingId: IdSchema, step: z.int() })
export type TrainingNotice = z.infer<typeof TrainingNoticeSchema>
