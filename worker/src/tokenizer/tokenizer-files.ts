// The tokenizer files of a model folder, read within limits and checked.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@mistudio/contracts'
import { FormatError, readJsonFile, readTextFile } from '@mistudio/formats'
import { z } from 'zod'
import type { ChatTemplateSource } from './chat-template.js'
import { jsonOf } from './definition/vocab-and-merges.js'

/** Gemma 3's file, the largest in common use, has 33 MB. */
const MAX_TOKENIZER_BYTES = 128 * 2 ** 20
const MAX_CONFIG_BYTES = 8 * 2 ** 20

const AddedTokenSchema = z.looseObject({
  id: z.int().min(0),
  content: z.string().min(1),
  special: z.boolean().default(false),
  /** Found in the text after normalization instead of before; the default is the contrary of `special`. */
  normalized: z.boolean().optional(),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  single_word: z.boolean().default(false),
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
const NamedTemplateSchema = z.looseObject({ name: z.string(), template: z.string() })
const ConfigSchema = z.looseObject({
  bos_token: SpecialSchema,
  eos_token: SpecialSchema,
  chat_template: z.union([z.string(), z.array(NamedTemplateSchema)]).nullish(),
})
type Config = z.infer<typeof ConfigSchema>
const TemplateFileSchema = z.looseObject({ chat_template: z.string().nullish() })
const IdsSchema = z
  .union([z.int(), z.array(z.int())])
  .nullish()
  .transform((ids) => (ids === null || ids === undefined ? [] : [ids].flat()))
const ModelConfigSchema = z.looseObject({
  bos_token_id: IdsSchema,
  eos_token_id: IdsSchema,
  model_type: z.string().nullish(),
})

export interface TokenizerFiles {
  readonly folder: string
  readonly json: TokenizerJson
  readonly config: Config
  /** The model's chat template; null when it has none. */
  readonly chat: ChatTemplateSource | null
  /** From config.json; empty where it says nothing. */
  readonly modelBosIds: readonly number[]
  readonly modelEosIds: readonly number[]
}

/**
 * Reads tokenizer.json (or vocab.json with merges.txt), tokenizer_config.json and config.json.
 * @throws AppError `tokenizer_invalid`, `file_not_found`.
 */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const config = await read(join(folder, 'tokenizer_config.json'), MAX_CONFIG_BYTES, ConfigSchema, {})
  const model = await read(join(folder, 'config.json'), MAX_CONFIG_BYTES, ModelConfigSchema, {})
  const json = (await readVocabAndMerges(folder, config, model.model_type ?? null)) ?? (await readJson(folder))
  const chat = await readChatTemplate(folder, config)
  return { folder, json, config, chat, modelBosIds: model.bos_token_id, modelEosIds: model.eos_token_id }
}

const readJson = (folder: string): Promise<TokenizerJson> =>
  read(join(folder, 'tokenizer.json'), MAX_TOKENIZER_BYTES, TokenizerJsonSchema, undefined)

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null

/** The tokenizer of a folder without tokenizer.json that holds vocab.json and merges.txt; null for any other folder. */
async function readVocabAndMerges(
  folder: string,
  config: Config,
  modelType: string | null,
): Promise<TokenizerJson | null> {
  const [json, vocabFile, mergesFile] = ['tokenizer.json', 'vocab.json', 'merges.txt'].map((name) => join(folder, name))
  if ((await exists(json!)) || !(await exists(vocabFile!)) || !(await exists(mergesFile!))) return null
  const vocab = await read(vocabFile!, MAX_TOKENIZER_BYTES, z.record(z.string(), z.unknown()), undefined)
  const added = await read(join(folder, 'added_tokens.json'), MAX_CONFIG_BYTES, z.record(z.string(), z.int()), {})
  const merges = await readText(mergesFile!, MAX_TOKENIZER_BYTES)
  const specialTokens = specialTokensOf(config)
  const files = { vocab, merges, added, config, modelType, specialTokens }
  return parsed(TokenizerJsonSchema, jsonOf(files, folder), folder)
}

/** Where a template stands, first found first: its own file (newer models), tokenizer_config.json, chat_template.json. */
async function readChatTemplate(folder: string, config: Config): Promise<ChatTemplateSource | null> {
  const specialTokens = specialTokensOf(config)
  const jinja = join(folder, 'chat_template.jinja')
  if (await exists(jinja))
    return { template: await readText(jinja, MAX_CONFIG_BYTES), file: 'chat_template.jinja', specialTokens }
  const named = config.chat_template
  const own =
    typeof named === 'string' ? named : (named?.find(({ name }) => name === 'default') ?? named?.[0])?.template
  if (own !== undefined) return { template: own, file: 'tokenizer_config.json', specialTokens }
  const file = await read(join(folder, 'chat_template.json'), MAX_CONFIG_BYTES, TemplateFileSchema, {})
  const template = file.chat_template ?? null
  return template === null ? null : { template, file: 'chat_template.json', specialTokens }
}

const readText = (path: string, maxBytes: number): Promise<string> => readTextFile(path, maxBytes).catch(refuse)

/** A file outside what may be read is no fault of the tokenizer; everything else is. */
function refuse(error: unknown): never {
  if (!(error instanceof FormatError) || error.code === 'path_outside_root') throw error
  throw new AppError('tokenizer_invalid', error.message, undefined, { cause: error })
}

/** `bos_token`, `eos_token`, `pad_token` … as text, by name. */
function specialTokensOf(config: Config): Record<string, string> {
  const entries = Object.entries(config).flatMap(([name, value]): [string, string][] => {
    if (!/^[a-z]+_token$/.test(name)) return []
    const text = SpecialSchema.safeParse(value).data
    return typeof text === 'string' ? [[name, text]] : []
  })
  return Object.fromEntries(entries)
}

/** `absent` is what a missing file counts as; undefined makes it an error. */
async function read<T>(path: string, maxBytes: number, schema: z.ZodType<T>, absent: unknown): Promise<T> {
  let value: unknown
  try {
    value = await readJsonFile(path, maxBytes)
  } catch (error) {
    if (!(error instanceof FormatError) || error.code !== 'file_not_found') return refuse(error)
    if (absent === undefined)
      throw new AppError(
        'tokenizer_invalid',
        `The model folder has no tokenizer: ${path} is missing. Save the model with its fast tokenizer (tokenizer.json); a tokenizer.model (SentencePiece) alone cannot be read.`,
        undefined,
        { cause: error },
      )
    value = absent
  }
  return parsed(schema, value, path)
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new AppError(
    'tokenizer_invalid',
    `${where} is malformed at ${issue?.path.join('.') || 'its root'}: ${issue?.message}`,
  )
}
