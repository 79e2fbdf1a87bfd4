// Checks of schedules.json: learning rate and coefficients step by step.
import { coefficientAt, learningRate } from '@mistudio/interp/saes'
import { z } from 'zod'
import type { Check } from '../checks.js'
import { Checks } from './compare.js'
import { readJson } from './files.js'
import { SCHEDULER_MAINS, SchedulerNameSchema } from './scheduler-names.js'

const SchedulesSchema = z.looseObject({
  lr: z.array(
    z.looseObject({
      scheduler_name: SchedulerNameSchema,
      lr: z.number(),
      warm_up_steps: z.int(),
      decay_steps: z.int(),
      training_steps: z.int(),
      lr_end: z.number(),
      num_cycles: z.int(),
      lr_per_step: z.array(z.number()),
    }),
  ),
  coefficient: z.array(
    z.looseObject({ final_value: z.number(), warm_up_steps: z.int(), value_per_step: z.array(z.number()) }),
  ),
})

/** Relative: the library multiplies step by step, we compute each step from the formula. */
const EXACT = 1e-12

/** Checks of a `schedules.json`. */
export async function* verifySchedules(path: string): AsyncGenerator<Check> {
  const checks = new Checks('schedules')
  const { lr, coefficient } = await readJson(path, SchedulesSchema)
  for (const [n, s] of lr.entries()) {
    const schedule = {
      main: SCHEDULER_MAINS[s.scheduler_name],
      lr: s.lr,
      lrEnd: s.lr_end,
      warmupSteps: s.warm_up_steps,
      decaySteps: s.decay_steps,
      totalSteps: s.training_steps,
      cycles: s.num_cycles,
    }
    const ours = s.lr_per_step.map((_, t) => learningRate(schedule, t))
    yield checks.relative(`lr ${n} ${s.scheduler_name}`, ours, s.lr_per_step, EXACT)
  }
  for (const [n, s] of coefficient.entries()) {
    const ours = s.value_per_step.map((_, t) => coefficientAt(s.final_value, s.warm_up_steps, t))
    yield checks.relative(`coefficient ${n}, warm-up ${s.warm_up_steps}`, ours, s.value_per_step, EXACT)
  }
}
