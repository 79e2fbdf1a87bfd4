// Which files of a repository a model needs. Pure. Weights are safetensors or an ONNX export: pickles can run code, so they are never fetched.
import { posix } from 'node:path'
import { AppError, type HubFile, HubGraphSchema } from '@mistudio/contracts'
import { z } from 'zod'
import type { RepoFile } from '../api.js'

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

/** A way to have the weights: an ONNX graph with its external data, or (null) safetensors. */
export interface Variant {
  readonly graph: string | null
  readonly bytes: number
}

/** Of several graphs, these are meant when none is named. */
const USUAL_GRAPHS = ['model.onnx', 'onnx/model.onnx']

const sizeOf = (files: readonly RepoFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0)

/** A graph and the files beside it with its tensors, which are called after it. */
function graphFiles(files: readonly RepoFile[], graph: string): RepoFile[] {
  return files.filter(({ path }) => path === graph || path.startsWith(`${graph}_data`) || path === `${graph}.data`)
}

/** What there is to choose from: safetensors first, then graphs, the usual ones before their variants. */
export function variantsOf(files: readonly RepoFile[]): Variant[] {
  const tensors = files.filter(({ path }) => path.endsWith('.safetensors') && !path.includes('/'))
  const has = (path: string): boolean => files.some((file) => file.path === path)
  const graphs = files.map(({ path }) => path).filter((path) => HubGraphSchema.safeParse(path).success)
  const usual = (graph: string): number => (USUAL_GRAPHS.includes(graph) ? 0 : 1)
  graphs.sort((a, b) => usual(a) - usual(b) || a.localeCompare(b))
  return [
    ...(has(WEIGHTS) || has(WEIGHTS_INDEX) ? [{ graph: null, bytes: sizeOf(tensors) }] : []),
    ...graphs.map((graph) => ({ graph, bytes: sizeOf(graphFiles(files, graph)) })),
  ]
}

/**
 * The graph that is meant, null for safetensors: the one asked for, or the first variant there is.
 * @throws AppError `hub_not_found` for a graph that is not there, `model_unsupported` where nothing can be read here.
 */
function chooseGraph(files: readonly RepoFile[], asked: string | null, repo: string): string | null {
  const variants = variantsOf(files)
  if (asked === null) {
    const [first] = variants
    if (!first) throw withoutWeights(files, repo)
    return first.graph
  }
  if (variants.some(({ graph }) => graph === asked)) return asked
  throw new AppError('hub_not_found', `"${repo}" has no file "${asked}" at this revision. Choose one that it has.`)
}

/**
 * The needed ones of `files`; `shards` are the names in the index when there is one, `graph` the one asked for.
 * @throws AppError `model_unsupported` when there is no config.json or are no weights that are read here, see chooseGraph.
 */
export function selectFiles(
  files: readonly RepoFile[],
  shards: readonly string[] | null,
  repo: string,
  graph: string | null,
): Wanted[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const pick = (paths: readonly string[], role: HubFile['role']): Wanted[] =>
    paths.flatMap((path) => {
      const file = byPath.get(path)
      return file ? [{ ...file, role }] : []
    })
  if (!byPath.has('config.json'))
    throw new AppError('model_unsupported', `"${repo}" has no config.json, so it is no model that can be loaded here.`)
  const chosen = chooseGraph(files, graph, repo)
  const tensors = byPath.has(WEIGHTS) ? [WEIGHTS] : [WEIGHTS_INDEX, ...(shards ?? [])]
  const weights = chosen === null ? tensors : graphFiles(files, chosen).map(({ path }) => path)
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

function withoutWeights(files: readonly RepoFile[], repo: string): AppError {
  const has = (pattern: RegExp): boolean => files.some(({ path }) => pattern.test(path))
  const instead = has(/\.(bin|pt|pth|ckpt)$/)
    ? 'Its weights are pickle files, which can run any code when loaded and are never fetched.'
    : has(/\.gguf$/)
      ? 'It holds GGUF files, which are not read here.'
      : 'It holds no weights that are read here.'
  return new AppError(
    'model_unsupported',
    `"${repo}" has no safetensors weights and no ONNX export. ${instead} Look for a repository or revision with ${WEIGHTS} or model.onnx.`,
  )
}
