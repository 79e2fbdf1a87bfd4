// SAEs that come from outside: where they may lie, what their files say, and the import itself.
import { z } from 'zod'
import { IdSchema, NameSchema } from '../common/envelope.js'
import { line } from '../common/text.js'
import { HubCommitSchema, HubRepoSchema, HubRevisionSchema } from '../hub/schemas.js'
import { CheckSaeSchema, SaeCheckWorkSchema } from './check.js'
import { SaeLayoutSchema } from './layouts.js'

/** Folder inside a repository, or a file of it; empty: its top. */
export const HubFolderSchema = line()
  .trim()
  .max(512)
  .transform((path) => path.replace(/^\/+|\/+$/g, ''))
  .refine(
    (path) => path === '' || /^[\w.+-]+(\/[\w.+-]+)*$/.test(path),
    'Give the folder as layer_20/width_16k/average_l0_71.',
  )
  .refine((path) => !path.split('/').includes('..'), 'A folder holds no "..".')

/** Where an SAE is taken from: a folder of this machine (an upload is one, too), or a folder of a repository of the hub. */
export const SaeSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('folder'), path: line().min(1).max(4096) }),
  z.strictObject({
    kind: z.literal('hub'),
    repo: HubRepoSchema,
    revision: HubRevisionSchema.default('main'),
    path: HubFolderSchema.default(''),
  }),
])
export type SaeSource = z.infer<typeof SaeSourceSchema>

/** The same once it is settled which bytes are meant; stored with the SAE. */
export const SaeOriginSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), path: z.string() }),
  z.object({
    kind: z.literal('hub'),
    repo: HubRepoSchema,
    revision: z.string(),
    commit: HubCommitSchema,
    path: HubFolderSchema,
  }),
])
export type SaeOrigin = z.infer<typeof SaeOriginSchema>

/** What the files say of themselves; null where they do not. */
export const SaeDeclaredSchema = z.object({
  modelName: z.string().nullable(),
  site: z.string().nullable(),
  siteOut: z.string().nullable(),
  layer: z.int().nullable(),
  contextSize: z.int().nullable(),
  prependBos: z.boolean().nullable(),
  dataset: z.string().nullable(),
  /** Mean number of features per token: stated, in the path (Gemma Scope), or k. */
  l0: z.number().nullable(),
  normalisation: z.string(),
  trainedAs: z.string().nullable(),
  /** Tokens by id, and first positions of every context, that it was not trained on, beside special tokens. */
  leftOutTokens: z.array(z.int()).default([]),
  skippedPositions: z.int().min(0).default(0),
})
export type SaeDeclared = z.infer<typeof SaeDeclaredSchema>

export const SaeInspectionSchema = z.object({
  origin: SaeOriginSchema,
  layout: SaeLayoutSchema,
  suggestedName: z.string(),
  /** null: only the weights say it, and they are not fetched yet. */
  architecture: z.string().nullable(),
  dIn: z.int().nullable(),
  dOut: z.int().nullable(),
  dSae: z.int().nullable(),
  k: z.int().nullable(),
  declared: SaeDeclaredSchema,
  files: z.array(z.object({ path: z.string(), bytes: z.number() })),
  bytes: z.number(),
})
export type SaeInspection = z.infer<typeof SaeInspectionSchema>

/** SAE folders of one revision of a repository. */
export const HubSaesQuerySchema = z.object({
  repo: HubRepoSchema,
  revision: HubRevisionSchema.default('main'),
  /** Only folders whose path holds all of these words. */
  search: line().trim().max(200).default(''),
})
export type HubSaesQuery = z.infer<typeof HubSaesQuerySchema>
export const HubSaesSchema = z.object({
  repo: z.string(),
  revision: z.string(),
  commit: HubCommitSchema,
  folders: z.array(z.object({ path: z.string(), layout: SaeLayoutSchema, bytes: z.number() })),
  /** Before the search and the cut at `HUB_SAES_SHOWN`. */
  total: z.int(),
  found: z.int(),
  /** Files that are pickles, which are not read. */
  pickles: z.int(),
})
export type HubSaes = z.infer<typeof HubSaesSchema>
export const HUB_SAES_SHOWN = 200

export const InspectSaeSchema = z.strictObject({ source: SaeSourceSchema })
export const CreateSaeSchema = z.strictObject({
  source: SaeSourceSchema,
  name: NameSchema.optional(),
  modelId: IdSchema,
  /** Where in the model it reads. */
  site: line().min(1).max(200),
  /** What a transcoder reconstructs; must be left out for others. */
  siteOut: line().min(1).max(200).nullable().default(null),
  check: CheckSaeSchema,
})
export type CreateSae = z.infer<typeof CreateSaeSchema>

/** Job parameters. */
export const SaeInspectParamsSchema = InspectSaeSchema
export const SaeHubParamsSchema = HubSaesQuerySchema
export const SaeImportParamsSchema = SaeCheckWorkSchema.extend({
  origin: SaeOriginSchema,
  /** Widths of the site and of what is reconstructed. */
  width: z.int(),
  widthOut: z.int(),
  maxPositions: z.int(),
})
export type SaeImportParams = z.infer<typeof SaeImportParamsSchema>
