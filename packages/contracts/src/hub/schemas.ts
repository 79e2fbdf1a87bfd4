// The Hugging Face hub: search, what a repository holds, downloads, and the token. The worker talks to the hub, never the browser.
import { z } from 'zod'
import { IdSchema, NameSchema, TimeSchema } from '../common/envelope.js'
import { ErrorBodySchema } from '../common/errors.js'
import { JobPrecisionSchema, PrecisionSchema } from '../common/precision.js'
import { line } from '../common/text.js'
import { ModelMemorySchema } from '../models/memory.js'

const PART = '[A-Za-z0-9](?:[A-Za-z0-9_.]|-(?!-))*'
/** `org/name` or `name`, as the hub spells repositories. No `--` and no `..`: `org--name` must name one repository only. */
export const HubRepoSchema = line()
  .trim()
  .max(96)
  .regex(new RegExp(`^${PART}(/${PART})?$`), 'Give the repository as organisation/name.')
  .refine((repo) => !repo.includes('..'), 'A repository name holds no "..".')
/** Branch, tag or commit. */
export const HubRevisionSchema = line()
  .trim()
  .min(1)
  .max(255)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_./-]*$/, 'A branch, a tag or a commit.')
  .refine((revision) => !revision.includes('..'), 'A revision holds no "..".')
export const HubCommitSchema = z.string().regex(/^[0-9a-f]{40}$/)

/** An ONNX graph of a repository: at its top or in onnx/. */
export const HubGraphSchema = line()
  .max(200)
  .regex(/^(onnx\/)?[A-Za-z0-9_][A-Za-z0-9_.-]*\.onnx$/, 'An .onnx file at the top of the repository or in onnx/.')
  .refine((graph) => !graph.includes('..'), 'A graph holds no "..".')
/** Which weights are meant: a graph, or null for safetensors. Where a repository has none, null asks for its usual graph. */
const HubVariantSchema = HubGraphSchema.nullable().default(null)

/** Name of the folder of a repository below `<data>/hub`. */
export const hubFolderName = (repo: string): string => repo.replace('/', '--')
/** Name of the folder of a snapshot in it; every graph has its own, so that variants of a commit lie side by side. */
export const hubSnapshotName = ({ commit, graph }: Pick<HubSource, 'commit' | 'graph'>): string =>
  graph === null ? commit : `${commit}+${graph.replace('/', '+')}`

export const HubGatedSchema = z.enum(['no', 'auto', 'manual'])
export const HUB_SORTS = ['downloads', 'likes', 'lastModified', 'trendingScore'] as const

export const HubSearchQuerySchema = z.object({
  query: line().trim().max(200).default(''),
  sort: z.enum(HUB_SORTS).default('downloads'),
  limit: z.coerce.number().int().min(1).max(100).default(30),
})
export type HubSearchQuery = z.infer<typeof HubSearchQuerySchema>

export const HubModelSchema = z.object({
  repo: z.string(),
  downloads: z.number(),
  likes: z.number(),
  /** Parameters and bytes of the safetensors weights as the hub counted them; null when it has not. */
  parameters: z.number().nullable(),
  bytes: z.number().nullable(),
  licence: z.string().nullable(),
  gated: HubGatedSchema,
  private: z.boolean(),
  task: z.string().nullable(),
  updatedAt: TimeSchema.nullable(),
})
export type HubModel = z.infer<typeof HubModelSchema>
export const HubSearchResultSchema = z.object({ endpoint: z.string(), models: z.array(HubModelSchema) })
export type HubSearchResult = z.infer<typeof HubSearchResultSchema>

/** Identity of a file's content: SHA-256 of large (LFS) files, Git's blob SHA-1 of small ones. */
export const HubHashSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sha256'), hex: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.object({ kind: z.literal('git-sha1'), hex: z.string().regex(/^[0-9a-f]{40}$/) }),
])
export type HubHash = z.infer<typeof HubHashSchema>

export const HubFileSchema = z.object({
  path: z.string(),
  bytes: z.int().min(0),
  hash: HubHashSchema,
  role: z.enum(['config', 'tokenizer', 'weights']),
  /** Where its bytes come from: the hub, the Hugging Face cache of this computer, or it was fetched already. */
  source: z.enum(['hub', 'cache', 'here']),
})
export type HubFile = z.infer<typeof HubFileSchema>

export const InspectHubSchema = z.strictObject({
  repo: HubRepoSchema,
  revision: HubRevisionSchema.default('main'),
  graph: HubVariantSchema,
})
export type InspectHub = z.infer<typeof InspectHubSchema>

/** What one revision holds for miStudio. Bytes are file sizes. */
export const HubInspectionSchema = z.object({
  repo: z.string(),
  /** As asked for, and the commit it means now. */
  revision: z.string(),
  commit: HubCommitSchema,
  /** `cache`: the hub could not be asked; this is what this computer's cache holds. */
  from: z.enum(['hub', 'cache']),
  page: z.string(),
  licence: z.string().nullable(),
  gated: HubGatedSchema,
  private: z.boolean(),
  /** The ONNX graph that is meant; null: safetensors. */
  graph: HubVariantSchema,
  /** What there is to choose from, safetensors first, with the bytes of the weights (external data included). */
  variants: z.array(z.object({ graph: HubGraphSchema.nullable(), bytes: z.number() })).default([]),
  /** Only the files that are needed. */
  files: z.array(HubFileSchema),
  bytes: z.number(),
  bytesToFetch: z.number(),
  freeBytes: z.number(),
  /** Files of the repository that are not fetched. */
  otherFiles: z.int(),
  model: z
    .object({
      architecture: z.string(),
      layers: z.int(),
      dModel: z.int(),
      parameters: z.number(),
      /** At each precision, so that one can be chosen before anything is fetched. */
      memory: ModelMemorySchema,
    })
    .nullable(),
  /** Why it cannot be downloaded and registered now; null when it can. */
  problem: ErrorBodySchema.nullable(),
})
export type HubInspection = z.infer<typeof HubInspectionSchema>
/** With the model that is registered (or being fetched) from the same commit. */
export const HubInspectionAnswerSchema = HubInspectionSchema.extend({
  registered: z.object({ id: IdSchema, name: z.string() }).nullable(),
})
export type HubInspectionAnswer = z.infer<typeof HubInspectionAnswerSchema>

export const CreateHubDownloadSchema = InspectHubSchema.extend({
  name: NameSchema.optional(),
  precision: PrecisionSchema.default('float32'),
})
export type CreateHubDownload = z.infer<typeof CreateHubDownloadSchema>

/** What this computer says without asking the hub. */
export const HubLocalSchema = z.object({
  /** From HF_ENDPOINT. */
  endpoint: z.string(),
  /** HF_HUB_OFFLINE is set: the hub is never asked. */
  offline: z.boolean(),
  token: z.enum(['settings', 'environment', 'none']),
  cacheFolder: z.string(),
  freeBytes: z.number(),
  /** Models of the Hugging Face cache that hold all files needed. */
  cached: z.array(z.object({ repo: z.string(), commit: HubCommitSchema, bytes: z.number() })),
})
export type HubLocal = z.infer<typeof HubLocalSchema>

/** Where a model came from; stored with its row. */
export const HubSourceSchema = z.object({
  repo: HubRepoSchema,
  revision: z.string(),
  commit: HubCommitSchema,
  /** Of ONNX exports; null: safetensors. */
  graph: HubVariantSchema,
})
export type HubSource = z.infer<typeof HubSourceSchema>

export const HubTokenSchema = z.object({
  hasToken: z.boolean(),
  lastFour: z.string().nullable(),
  updatedAt: TimeSchema.nullable(),
})
export type HubToken = z.infer<typeof HubTokenSchema>
export const SetHubTokenSchema = z.strictObject({
  token: line()
    .trim()
    .min(8)
    .max(512)
    .regex(/^[\x21-\x7e]+$/, 'A token holds no spaces.'),
})

/** Job parameters. */
export const HubSearchParamsSchema = HubSearchQuerySchema
export const HubInspectParamsSchema = InspectHubSchema
export const HubLocalParamsSchema = z.object({})
export const HubDownloadParamsSchema = HubSourceSchema.extend({ modelId: IdSchema, precision: JobPrecisionSchema })
export type HubDownloadParams = z.infer<typeof HubDownloadParamsSchema>
export const HubRemoveParamsSchema = HubSourceSchema.omit({ revision: true })
/** `kept`: the files were asked for again meanwhile. */
export const HubRemovedSchema = z.object({ kept: z.boolean() })
