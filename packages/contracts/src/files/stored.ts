// Whether what the product keeps on disk is still what it wrote: damage, and the check that looks for it.
import { z } from 'zod'
import { IdSchema, TimeSchema } from '../common/envelope.js'
import { JobSchema } from '../jobs/schemas.js'
import { storedRooms } from './names.js'

export const StoredRoomSchema = storedRooms.schema

export const DamageSchema = z.object({
  room: StoredRoomSchema,
  file: z.string(),
  foundAt: TimeSchema,
})
export type Damage = z.infer<typeof DamageSchema>

export const StoredTargetSchema = z.strictObject({ room: StoredRoomSchema, id: IdSchema })
export type StoredTarget = z.infer<typeof StoredTargetSchema>

/** Body of a request for a check: of one thing, or of all that is kept. */
export const CheckStoredSchema = z.strictObject({ target: StoredTargetSchema.nullable().default(null) })
export type CheckStored = z.infer<typeof CheckStoredSchema>

/** Days after which a thing is looked at again when nothing else is to be done. */
export const STORED_CHECK_DAYS = 7
export const StoredCheckParamsSchema = z.object({
  target: StoredTargetSchema.nullable(),
  /** Only what was not looked at for this many days; 0: everything. */
  olderThanDays: z.number().min(0),
  /** Ends early when another job waits. */
  givesWay: z.boolean(),
})
export type StoredCheckParams = z.infer<typeof StoredCheckParamsSchema>
/** `left`: not looked at, because another job waited. Bytes read. */
export const StoredCheckResultSchema = z.object({
  checked: z.int(),
  damaged: z.int(),
  left: z.int(),
  bytes: z.number(),
})
export type StoredCheckResult = z.infer<typeof StoredCheckResultSchema>

/** What is known of everything that is kept. Bytes as of the newest check of each. */
export const StoredDataSchema = z.object({
  checked: z.int(),
  bytes: z.number(),
  /** When the one that was looked at longest ago was; null before the first check. */
  oldestAt: TimeSchema.nullable(),
  newestAt: TimeSchema.nullable(),
  damaged: z.array(DamageSchema.extend({ id: IdSchema, foundAt: TimeSchema })),
  /** The check that waits or runs. */
  job: JobSchema.nullable(),
})
export type StoredData = z.infer<typeof StoredDataSchema>
