// Uploads, all in pieces: folders of models and SAEs, and the one file of a dataset. Which files are taken, how far each has come. A piece
// is sent with `Content-Range`.
import { z } from 'zod'
import { IdSchema, NameSchema, TimeSchema } from '../common/envelope.js'
import { line } from '../common/text.js'

/** Bytes of one piece that clients send, and the most the server takes at once. */
export const CHUNK_BYTES = 8 * 2 ** 20
export const MAX_CHUNK_BYTES = 64 * 2 ** 20
const MAX_FILES = 512

const WANTED = /\.(safetensors|json|txt|jinja|onnx|onnx_data(_\d+)?|onnx\.data)$/i
const PICKLE = /\.(bin|pt|pth|pkl|pickle|ckpt)$/i

/**
 * What a file of a model folder is to an upload, by its name: `wanted` (config, tokenizer, safetensors, ONNX), `pickle` (refused: loading it
 * can run code) or `other` (left out).
 */
export function modelFileKind(name: string): 'wanted' | 'pickle' | 'other' {
  if (PICKLE.test(name)) return 'pickle'
  return WANTED.test(name) ? 'wanted' : 'other'
}

/** What a folder is uploaded for. */
export const UploadPurposeSchema = z.enum(['model', 'sae', 'dataset'])
export type UploadPurpose = z.infer<typeof UploadPurposeSchema>

/** The same for a file of an SAE folder: configuration, safetensors, params.npz. */
export function saeFileKind(name: string): 'wanted' | 'pickle' | 'other' {
  if (PICKLE.test(name)) return 'pickle'
  return /\.(safetensors|json|npz)$/i.test(name) ? 'wanted' : 'other'
}

export const SAE_PICKLE_ADVICE =
  'Pickle files can run any code when they are loaded, so they are never taken. Load the SAE once in Python with SAELens where you trust its source, save it with save_inference_model(folder), and take that folder: cfg.json with sae_weights.safetensors.'

export const PICKLE_ADVICE =
  'Pickle files can run any code when they are loaded, so they are never taken. Export the weights to safetensors (in Python: model.save_pretrained(folder, safe_serialization=True)).'

const MAX_NAME = 120
/** A name that can be a file's on every system: letters, digits and `._-`, with the ending kept because it tells the format. */
export function plainFileName(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? ''
  const plain = base.normalize('NFKD').replace(/[^A-Za-z0-9._-]+/g, '_')
  return plain.slice(-MAX_NAME).replace(/^[._-]+/, '') || 'upload'
}

/** A plain file name: no folders, nothing hidden, and the same on every file system. */
const FileNameSchema = line().regex(
  /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/,
  'must be a plain file name of letters, digits and . _ - without folders',
)

export const CreateFolderUploadSchema = z.strictObject({
  /** Name of the folder, which becomes the suggested name of the model; for a dataset the file's own name, whatever it holds. */
  name: NameSchema,
  purpose: UploadPurposeSchema.default('model'),
  files: z
    .array(
      z.strictObject({
        name: FileNameSchema,
        /** Bytes. */
        size: z.int().min(1, 'must not be empty'),
        /** When the user's file was last changed, ms since 1970: tells whether a file chosen again is the same. */
        modified: z.int().min(0),
      }),
    )
    .min(1)
    .max(MAX_FILES),
})
export type CreateFolderUpload = z.infer<typeof CreateFolderUploadSchema>

export const UploadedFileSchema = z.object({
  index: z.int(),
  name: z.string(),
  size: z.number(),
  modified: z.number(),
  /** Bytes that lie safely on the server's disk: where to go on. */
  received: z.number(),
  /** Hash (hex) of the whole file as it lies on the server; null until it is complete. */
  sha256: z.string().nullable(),
})
export type UploadedFile = z.infer<typeof UploadedFileSchema>

export const FolderUploadSchema = z.object({
  id: IdSchema,
  name: z.string(),
  purpose: UploadPurposeSchema,
  /** Folder on the server that holds the complete files. */
  path: z.string(),
  files: z.array(UploadedFileSchema),
  complete: z.boolean(),
  /** The model registered from it. */
  modelId: IdSchema.nullable(),
  /** The dataset that is being imported from it. */
  datasetId: IdSchema.nullable(),
  /** A folder that never became a model is removed some time after this. */
  touchedAt: TimeSchema,
})
export type FolderUpload = z.infer<typeof FolderUploadSchema>

const RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/
/** `Content-Range` of a piece: first byte, length, size of the whole file. Null for anything else. */
export function parseContentRange(header: string | undefined): { start: number; length: number; total: number } | null {
  const [, first, last, total] = RANGE.exec(header ?? '') ?? []
  if (first === undefined) return null
  const [start, length] = [Number(first), Number(last) - Number(first) + 1]
  return length > 0 && start + length <= Number(total) ? { start, length, total: Number(total) } : null
}
