// Language models: registered in place from a local folder, checked before they count as ready.

import { z } from 'zod'
import { described } from '../common/describe.js'
import { IdSchema, NameSchema, TimeSchema } from '../common/envelope.js'
import { JobPrecisionSchema, PrecisionSchema } from '../common/precision.js'
import { line } from '../common/text.js'
import { DamageSchema } from '../files/stored.js'
import { HubSourceSchema } from '../hub/schemas.js'
import { JobSchema } from '../jobs/schemas.js'
import { listQuery } from '../lists/index.js'
import { ExportFactsSchema } from './export.js'
import { ModelMemorySchema } from './memory.js'
import { ParitySummarySchema } from './parity.js'
import { AbsentSiteSchema, ModelStructureSchema } from './structure.js'

export * from './export.js'
export * from './memory.js'
export * from './parity.js'
export * from './structure.js'
export * from './weights.js'

export const SiteSchema = z.object({
  /** TransformerLens name, for example `blocks.2.hook_resid_post`. */
  name: z.string(),
  layer: z.int().nullable(),
  /** `token`: one vector per token. `pattern`: attention weights, whose number grows with the context; no SAE can be trained there. */
  kind: z.enum(['token', 'pattern']).default('token'),
  /** Width of the last axis. */
  width: z.int(),
  /** Shape with symbolic axes, for example `batch × seq × 128`. */
  shape: z.string(),
})
export type Site = z.infer<typeof SiteSchema>

/** What config.json and the tensor headers (of an export: its graph) say; never guessed. Sizes in bytes. */
export const ModelSpecSchema = z.object({
  architecture: z.string(),
  /** `onnx`: a graph exported elsewhere, changed by surgery; left out for weights whose graph is built here. */
  format: z.enum(['onnx']).optional(),
  /** Of ONNX exports; models of earlier versions have it after their checks are run again. */
  export: ExportFactsSchema.optional(),
  layers: z.int(),
  dModel: z.int(),
  heads: z.int(),
  kvHeads: z.int(),
  headDim: z.int(),
  dMlp: z.int(),
  vocabSize: z.int(),
  maxPositions: z.int(),
  activation: z.string(),
  normEps: z.number(),
  rope: z.string(),
  tiedEmbeddings: z.boolean(),
  storedDtype: z.string(),
  parameters: z.int(),
  parametersByPart: z.array(z.object({ part: z.string(), parameters: z.int() })),
  bosTokenId: z.int().nullable(),
  eosTokenIds: z.array(z.int()),
  /** Bytes of weights in memory at fp32, of key/value cache per token, and of activations per token of a batch. */
  memory: z.object({ weights: z.number(), kvPerToken: z.number(), activationsPerToken: z.number() }),
})
export type ModelSpec = z.infer<typeof ModelSpecSchema>

export const ModelInspectionSchema = z.object({
  path: z.string(),
  suggestedName: z.string(),
  spec: ModelSpecSchema,
  /** Null for ONNX exports: their graph says what is computed, not how it is called. */
  structure: ModelStructureSchema.nullable(),
  sites: z.array(SiteSchema),
  absentSites: z.array(AbsentSiteSchema),
  tokenizer: z.object({ kind: z.string(), vocabSize: z.int() }),
  memory: ModelMemorySchema,
  warnings: z.array(z.string()),
})
export type ModelInspection = z.infer<typeof ModelInspectionSchema>

/** Forward self-check at registration. */
export const SelfCheckSchema = z.object({
  finite: z.boolean(),
  /** Mean next-token loss in nats on the sample text and how many tokens it was measured on. */
  lossNats: z.number(),
  tokens: z.int(),
  /** Of all checks. */
  milliseconds: z.number(),
  /** Loss of uniform guessing, ln(vocabulary): a trained model is far below. */
  uniformLossNats: z.number(),
})
export type SelfCheck = z.infer<typeof SelfCheckSchema>

export const ModelSchema = z.object({
  id: IdSchema,
  ...described,
  path: z.string(),
  status: z.enum(['importing', 'ready', 'failed']),
  /** In which it is run, everywhere in the product. */
  precision: PrecisionSchema,
  spec: ModelSpecSchema.nullable(),
  /** Null until the model was checked, and for ONNX exports; models of earlier versions have it after their checks are run again. */
  structure: ModelStructureSchema.nullable(),
  sites: z.array(SiteSchema),
  absentSites: z.array(AbsentSiteSchema),
  selfCheck: SelfCheckSchema.nullable(),
  parity: ParitySummarySchema.nullable(),
  warnings: z.array(z.string()),
  /** Set when the files came from the Hugging Face hub. */
  hub: HubSourceSchema.nullable(),
  /** Found by the check of stored data in files that the product keeps; null: none is known. */
  damage: DamageSchema.nullable(),
  job: JobSchema.nullable(),
  createdAt: TimeSchema,
})
export type Model = z.infer<typeof ModelSchema>

export const InspectModelSchema = z.strictObject({ path: line().min(1).max(4096) })
export const CreateModelSchema = z.strictObject({
  path: line().min(1).max(4096),
  name: NameSchema.optional(),
  precision: PrecisionSchema.default('float32'),
})
export type CreateModel = z.infer<typeof CreateModelSchema>
export const LoadModelSchema = z.strictObject({ precision: PrecisionSchema })
/** `delete` takes uploaded files along; files in an import root are the user's own and always stay. */
export const DeleteModelQuerySchema = z.object({ files: z.enum(['keep', 'delete']).default('keep') })

/** Job parameters and results. */
export const ModelInspectParamsSchema = z.object({ path: z.string() })
export const ModelRegisterParamsSchema = z.object({
  modelId: IdSchema,
  path: z.string(),
  /** For the report; default: the folder's name. */
  name: z.string().optional(),
  precision: JobPrecisionSchema,
})
export const ModelVerifyParamsSchema = ModelRegisterParamsSchema
export const ModelTensorsParamsSchema = z.object({ path: z.string() })
export const ModelTensorParamsSchema = z.object({ modelId: IdSchema, path: z.string(), tensor: z.string() })

/** Searches the name, the folder and what the hub calls it. */
export const ModelListQuerySchema = listQuery(
  ['-createdAt', 'name', 'parameters', 'work'],
  { ready: z.stringbool().optional() },
  ['architecture', 'precision', 'tag'],
)
