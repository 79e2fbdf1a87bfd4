// Whether what the product keeps on disk is still what it wrote: damage, and the check that looks for it.
import { z } from 'zod'
import { IdSchema, TimeSchema } from '../common/envelope.js'
import { JobSchema } from '../jobs/schemas.js'

/** Rooms whose folders have a manifest with hashes. Of models those that the product keeps (uploads, snapshots of the hub), not a user's folders. */
export const STORED_ROOMS = ['models', 'datasets', 'tokenizations', 'captures', 'saes', 'trainings'] as const
export const StoredRoomSchema = z.enum(STORED_ROOMS)
export type StoredRoom = z.infer<typeof StoredRoomSchema>

/** What each is called, and how one comes by it again. */
const STORES: Readonly<Record<StoredRoom, { readonly what: string; readonly wayOut: string }>> = {
  models: { what: 'This model', wayOut: 'Delete it with its files and upload or download it again' },
  datasets: { what: 'The stored text of this dataset', wayOut: 'Import the dataset again' },
  tokenizations: { what: 'This tokenization', wayOut: 'Delete it and tokenize the dataset again' },
  captures: { what: 'This capture of activations', wayOut: 'Delete it and capture the activations again' },
  saes: { what: 'This SAE', wayOut: 'Train or import it again' },
  trainings: { what: 'A checkpoint of this training', wayOut: 'Go on from another checkpoint' },
}

/** `file` is the path of the damaged file below the folder of the thing. */
export const damageText = (room: StoredRoom, file: string): string =>
  `${STORES[room].what} is damaged: ${file} is no longer what was written. ${STORES[room].wayOut}, or restore the file from a copy and check it again. Look at the disk, too.`

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
