// Which files of a repository a model needs. Pure. Weights are safetensors only: pickles can run code, so they are never fetched.
import { posix } from 'node:path'
import { AppError, type HubFile } from '@mistudio/contracts'
import { z } from 'zod'
import type { RepoFile } from './api.js'

export const WEIGHTS = 'model.safetensors'
export const WEIGHTS_INDEX = 'model.safetensors.index.json'
const CONFIGS = ['config.json', 'generation_config.json']
const TOKENIZER = [
  ...['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json'],
  ...['vocab.json', 'merges.txt', 'tokenizer.model', 'chat_template.jinja', 'chat_template.json'],
]
const MAX_SHARDS = 2000
const IndexSchema = z.object({ weight_map: z.record(z.string(), z.string().min(1).max(255)) })

export interface Wanted extends RepoFile {
  readonly role: HubFile['role']
}

/** Shard names of an index file, each once. @throws AppError when it is malformed or a name leads out of the folder. */
export function shardNames(index: unknown, repo: string): string[] {
  const parsed = IndexSchema.safeParse(index)
  if (!parsed.success)
    throw new AppError('model_invalid', `${WEIGHTS_INDEX} of "${repo}" is malformed: ${z.prettifyError(parsed.error)}`)
  const names = [...new Set(Object.values(parsed.data.weight_map))].sort()
  if (names.length === 0 || names.length > MAX_SHARDS)
    throw new AppError(
      'model_invalid',
      `${WEIGHTS_INDEX} of "${repo}" names ${names.length} files; 1 to ${MAX_SHARDS} are expected.`,
    )
  for (const name of names) requireSafeName(name, repo)
  return names
}

/** Refuses names that are no plain relative path below the folder, or that clash with files of ours. */
export function requireSafeName(path: string, repo: string): void {
  const plain = /^[A-Za-z0-9_][\w.+-]*(\/[A-Za-z0-9_][\w.+-]*)*$/.test(path) && posix.normalize(path) === path
  if (plain && !path.endsWith('.partial') && !path.endsWith('.journal')) return
  throw new AppError(
    'model_invalid',
    `"${repo}" names a file ${JSON.stringify(path.slice(0, 200))}, which is no safe file name. It is not downloaded.`,
  )
}

/**
 * The needed ones of `files`; `shards` are the names in the index when there is one.
 * @throws AppError `model_unsupported` when there is no config.json or are no safetensors weights.
 */
export function selectFiles(files: readonly RepoFile[], shards: readonly string[] | null, repo: string): Wanted[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const pick = (paths: readonly string[], role: HubFile['role']): Wanted[] =>
    paths.flatMap((path) => {
      const file = byPath.get(path)
      return file ? [{ ...file, role }] : []
    })
  if (!byPath.has('config.json'))
    throw new AppError('model_unsupported', `"${repo}" has no config.json, so it is no model that can be loaded here.`)
  if (!byPath.has(WEIGHTS) && !byPath.has(WEIGHTS_INDEX)) throw withoutSafetensors(files, repo)
  const weights = byPath.has(WEIGHTS) ? [WEIGHTS] : [WEIGHTS_INDEX, ...(shards ?? [])]
  const lost = weights.filter((path) => !byPath.has(path))
  if (lost.length > 0)
    throw new AppError(
      'model_invalid',
      `"${repo}" lacks ${lost.length} of the files that its index names, ${lost[0]} first.`,
    )
  const wanted = [...pick(CONFIGS, 'config'), ...pick(TOKENIZER, 'tokenizer'), ...pick(weights, 'weights')]
  for (const { path } of wanted) requireSafeName(path, repo)
  return wanted
}

function withoutSafetensors(files: readonly RepoFile[], repo: string): AppError {
  const has = (pattern: RegExp): boolean => files.some(({ path }) => pattern.test(path))
  const instead = has(/\.(bin|pt|pth|ckpt)$/)
    ? 'Its weights are pickle files, which can run any code when loaded and are never fetched.'
    : has(/\.gguf$/)
      ? 'It holds GGUF files, which are not read here.'
      : 'It holds no weights that are read here.'
  return new AppError(
    'model_unsupported',
    `"${repo}" has no safetensors weights. ${instead} Look for a repository or revision with ${WEIGHTS}.`,
  )
}
