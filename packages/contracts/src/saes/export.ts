// SAEs going out: archives in several layouts, and repositories of the hub with a model card.
import { z } from 'zod'
import { IdSchema, TimeSchema } from '../common/envelope.js'
import { block, line } from '../common/text.js'
import { HubRepoSchema, HubRevisionSchema } from '../hub/schemas.js'
import { HubFolderSchema } from './import.js'
import { SaeExportLayoutSchema } from './layouts.js'

export const MAX_CARD_CHARACTERS = 200_000

/** A layout, whether this SAE can be written in it, and the archive that lies ready. */
export const SaeExportSchema = z.object({
  layout: SaeExportLayoutSchema,
  /** Why it cannot be written number for number; null when it can. */
  problem: z.string().nullable(),
  /** What to know before it is written. */
  note: z.string().nullable(),
  archive: z.object({ name: z.string(), bytes: z.number(), madeAt: TimeSchema }).nullable(),
})
export type SaeExport = z.infer<typeof SaeExportSchema>

export const SaeCardSchema = z.object({ card: z.string() })
export type SaeCard = z.infer<typeof SaeCardSchema>
export const ExportSaeSchema = z.strictObject({ layout: SaeExportLayoutSchema })
export type ExportSae = z.infer<typeof ExportSaeSchema>

export const PublishSaeSchema = z.strictObject({
  repo: HubRepoSchema.refine((repo) => repo.includes('/'), 'Give the repository as organisation/name.'),
  revision: HubRevisionSchema.default('main'),
  /** Folder of the repository that the files go into; empty: its top. */
  path: HubFolderSchema.default(''),
  layout: SaeExportLayoutSchema.default('saelens'),
  /** Of a repository that is made by this. */
  private: z.boolean().default(true),
  message: line().trim().min(1).max(200).default('Upload SAE'),
  card: block().min(1).max(MAX_CARD_CHARACTERS),
  /** Put the card at the top of the repository, in place of the one there, instead of beside the files. */
  cardAtTop: z.boolean().default(true),
})
export type PublishSae = z.infer<typeof PublishSaeSchema>

/** Answer of a finished upload. */
export const SaePublishedSchema = z.object({
  repo: z.string(),
  commit: z.string(),
  url: z.string(),
  files: z.array(z.string()),
  created: z.boolean(),
})
export type SaePublished = z.infer<typeof SaePublishedSchema>

/** Job parameters. `folder`: name of the folder inside the archive. */
const WorkSchema = z.object({
  saeId: IdSchema,
  folder: z.string().regex(/^[\w.+-]+$/),
  card: z.string(),
  dataset: z.string().nullable(),
})
export const SaeExportParamsSchema = WorkSchema.extend({ layout: SaeExportLayoutSchema })
export type SaeExportParams = z.infer<typeof SaeExportParamsSchema>
export const SaeExportResultSchema = z.object({
  layout: SaeExportLayoutSchema,
  bytes: z.number(),
  sha256: z.string(),
})
export const SaePublishParamsSchema = WorkSchema.extend(PublishSaeSchema.shape)
export type SaePublishParams = z.infer<typeof SaePublishParamsSchema>
