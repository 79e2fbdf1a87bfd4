// The tokenizer files of a model folder, read within limits and checked.
import { join } from 'node:path'
import { AppError } from '@mistudio/contracts'
import { FormatError, readJsonFile } from '@mistudio/formats'
import { z } from 'zod'

/** Gemma 3's file, the largest in common use, has 33 MB. */
const MAX_TOKENIZER_BYTES = 128 * 2 ** 20
const MAX_CONFIG_BYTES = 8 * 2 ** 20

const AddedTokenSchema = z.looseObject({
  id: z.int().min(0),
  content: z.string().min(1),
  special: z.boolean().default(false),
})
const TokenizerJsonSchema = z.looseObject({
  added_tokens: z.array(AddedTokenSchema).default([]),
  normalizer: z.unknown().default(null),
  pre_tokenizer: z.unknown().default(null),
  post_processor: z.unknown().default(null),
  decoder: z.unknown().default(null),
  model: z.looseObject({ type: z.string().default('BPE') }),
})
export type TokenizerJson = z.infer<typeof TokenizerJsonSchema>

/** A special token is written as its text or as an object around it. */
const SpecialSchema = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform((token) => token.content)])
  .nullish()
  .transform((token) => token ?? null)
const ConfigSchema = z.looseObject({ bos_token: SpecialSchema, eos_token: SpecialSchema })
const IdsSchema = z
  .union([z.int(), z.array(z.int())])
  .nullish()
  .transform((ids) => (ids === null || ids === undefined ? [] : [ids].flat()))
const ModelConfigSchema = z.looseObject({ bos_token_id: IdsSchema, eos_token_id: IdsSchema })

export interface TokenizerFiles {
  readonly json: TokenizerJson
  readonly config: z.infer<typeof ConfigSchema>
  /** From config.json; empty where it says nothing. */
  readonly modelBosIds: readonly number[]
  readonly modelEosIds: readonly number[]
}

/** Reads tokenizer.json, tokenizer_config.json and config.json. @throws AppError `tokenizer_invalid`, `file_not_found`. */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const json = await read(join(folder, 'tokenizer.json'), MAX_TOKENIZER_BYTES, TokenizerJsonSchema, undefined)
  const config = await read(join(folder, 'tokenizer_config.json'), MAX_CONFIG_BYTES, ConfigSchema, {})
  const model = await read(join(folder, 'config.json'), MAX_CONFIG_BYTES, ModelConfigSchema, {})
  return { json, config, modelBosIds: model.bos_token_id, modelEosIds: model.eos_token_id }
}

/** `absent` is what a missing file counts as; undefined makes it an error. */
async function read<T>(path: string, maxBytes: number, schema: z.ZodType<T>, absent: unknown): Promise<T> {
  let value: unknown
  try {
    value = await readJsonFile(path, maxBytes)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    if (error.code !== 'file_not_found')
      throw new AppError('tokenizer_invalid', error.message, undefined, { cause: error })
    if (absent === undefined)
      throw new AppError(
        'tokenizer_invalid',
        `The model folder has no tokenizer: ${path} is missing. Save the model with its fast tokenizer (tokenizer.json).`,
        undefined,
        { cause: error },
      )
    value = absent
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new AppError(
    'tokenizer_invalid',
    `${path} is malformed at ${issue?.path.join('.') || 'its root'}: ${issue?.message}`,
  )
}
