// The tokenizer files of a model folder, read within limits and checked.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@mistudio/contracts'
import { FormatError, readJsonFile } from '@mistudio/formats'
import { z } from 'zod'
import type { ChatTemplateSource } from './chat-template.js'

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
const ModelConfigSchema = z.looseObject({ bos_token_id: IdsSchema, eos_token_id: IdsSchema })

export interface TokenizerFiles {
  readonly json: TokenizerJson
  readonly config: Config
  /** The model's chat template; null when it has none. */
  readonly chat: ChatTemplateSource | null
  /** From config.json; empty where it says nothing. */
  readonly modelBosIds: readonly number[]
  readonly modelEosIds: readonly number[]
}

/** Reads tokenizer.json, tokenizer_config.json and config.json. @throws AppError `tokenizer_invalid`, `file_not_found`. */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const json = await read(join(folder, 'tokenizer.json'), MAX_TOKENIZER_BYTES, TokenizerJsonSchema, undefined)
  const config = await read(join(folder, 'tokenizer_config.json'), MAX_CONFIG_BYTES, ConfigSchema, {})
  const model = await read(join(folder, 'config.json'), MAX_CONFIG_BYTES, ModelConfigSchema, {})
  const chat = await readChatTemplate(folder, config)
  return { json, config, chat, modelBosIds: model.bos_token_id, modelEosIds: model.eos_token_id }
}

/** Where a template stands, first found first: its own file (newer models), tokenizer_config.json, chat_template.json. */
async function readChatTemplate(folder: string, config: Config): Promise<ChatTemplateSource | null> {
  const specialTokens = specialTokensOf(config)
  const jinja = join(folder, 'chat_template.jinja')
  const size = (await stat(jinja).catch(() => null))?.size
  if (size !== undefined && size > MAX_CONFIG_BYTES)
    throw new AppError(
      'tokenizer_invalid',
      `${jinja} has ${size} bytes; a chat template has at most ${MAX_CONFIG_BYTES}.`,
    )
  if (size !== undefined) return { template: await readFile(jinja, 'utf8'), file: 'chat_template.jinja', specialTokens }
  const named = config.chat_template
  const own =
    typeof named === 'string' ? named : (named?.find(({ name }) => name === 'default') ?? named?.[0])?.template
  if (own !== undefined) return { template: own, file: 'tokenizer_config.json', specialTokens }
  const file = await read(join(folder, 'chat_template.json'), MAX_CONFIG_BYTES, TemplateFileSchema, {})
  const template = file.chat_template ?? null
  return template === null ? null : { template, file: 'chat_template.json', specialTokens }
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
