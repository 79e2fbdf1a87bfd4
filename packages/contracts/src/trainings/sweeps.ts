// Sweeps: one request for several trainings, as a grid or a list. Trainings with one stream of activations run as one job and share
// every forward pass of the model.
import { z } from 'zod'
import { IdSchema, NameSchema } from '../common/envelope.js'
import { line } from '../common/text.js'
import { STREAM_OPTIONS } from './options.js'
import {
  dataSeedOf,
  isTrainingOption,
  OptionValueSchema,
  type Overrides,
  OverridesSchema,
  type TrainingParams,
  TrainingParamsSchema,
} from './params.js'

/** Most trainings of one sweep, and most SAEs on one stream. */
export const SWEEP_LIMIT = 64
export const STREAM_LIMIT = 16

const OptionName = line().refine(isTrainingOption, { error: 'no architecture has an option of this name' })

export const CreateSweepSchema = z
  .strictObject({
    name: NameSchema.optional(),
    modelId: IdSchema,
    tokenizationId: IdSchema,
    captureId: IdSchema.optional(),
    /** What all have in common. */
    params: TrainingParamsSchema,
    /** A grid: every combination of one value per option. */
    grid: z.record(OptionName, z.array(OptionValueSchema).min(1).max(SWEEP_LIMIT)).optional(),
    /** Or a list: one training per entry. */
    list: z.array(OverridesSchema).min(1).max(SWEEP_LIMIT).optional(),
  })
  .refine(({ grid, list }) => (grid === undefined) !== (list === undefined), {
    error: 'Give either a grid or a list.',
    path: ['grid'],
  })
export type CreateSweep = z.infer<typeof CreateSweepSchema>

/** The overrides of each training, in order; the last option of a grid varies fastest. */
export function sweepMembers({ grid, list }: Pick<CreateSweep, 'grid' | 'list'>): Overrides[] {
  if (list) return list
  return Object.entries(grid ?? {}).reduce<Overrides[]>(
    (members, [key, values]) => members.flatMap((member) => values.map((value) => ({ ...member, [key]: value }))),
    [{}],
  )
}

/** Equal for trainings that can share a stream of activations (at any sites of the model). */
export const streamKey = (params: TrainingParams): string =>
  JSON.stringify(STREAM_OPTIONS.map((key) => (key === 'dataSeed' ? dataSeedOf(params) : params[key])))
