// SAELens's names of learning-rate schedules.
import type { LearningRateSchedule } from '@mistudio/interp/saes'
import { z } from 'zod'

export const SchedulerNameSchema = z.enum(['constant', 'cosineannealing', 'cosineannealingwarmrestarts'])

export const SCHEDULER_MAINS: Readonly<Record<z.infer<typeof SchedulerNameSchema>, LearningRateSchedule['main']>> = {
  constant: 'constant',
  cosineannealing: 'cosine',
  cosineannealingwarmrestarts: 'cosine_restarts',
}
