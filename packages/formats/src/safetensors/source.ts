// A model's weights as one source of tensors: a file, or a folder with one file or with shards and their index.
import { stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { z } from 'zod'
import { FormatError, translateSystemError } from '../errors.js'
import { readJsonFile } from '../files/json.js'
import { listFolder } from '../files/open.js'
import { resolveInside } from '../files/resolve.js'
import { missingTensor, SafetensorsFile, type StreamedTensorSource } from './reader.js'

const SINGLE = 'model.safetensors'
const INDEX = 'model.safetensors.index.json'
const PICKLE_EXTENSIONS = ['.bin', '.pt', '.pth', '.pkl', '.pickle', '.ckpt']
/** Bytes of an index; that of a model with 90,000 tensors has 9 MB. */
const MAX_INDEX_BYTES = 16 * 2 ** 20
const MAX_NAME = 255
const IndexSchema = z.object({
  // One check for the whole map: a list of every fault of a hostile one would fill the memory.
  weight_map: z.custom<Record<string, string>>(isShardMap, `expected a map of tensor names to file names`),
})

function isShardMap(map: unknown): boolean {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return false
  return Object.values(map).every((name) => typeof name === 'string' && name.length > 0 && name.length <= MAX_NAME)
}

/**
 * Opens the weights at `path`: a `.safetensors` file, an index file, or a model folder (one `model.safetensors`, or
 * `model.safetensors.index.json` with shards, as Hugging Face writes them). Only headers are read here.
 * Errors: `weights_missing`, `pickle_refused`, `safetensors_index_invalid`, `path_outside_root`, `safetensors_*`.
 */
export async function openTensorSource(path: string): Promise<StreamedTensorSource> {
  let isFolder: boolean
  try {
    isFolder = (await stat(path)).isDirectory()
  } catch (error) {
    return translateSystemError(error, path)
  }
  if (!isFolder) return openFile(path)
  const entries = await listFolder(path)
  if (entries.includes(SINGLE)) return SafetensorsFile.open(join(path, SINGLE))
  if (entries.includes(INDEX)) return openShards(path, INDEX)
  const pickle = entries.find(isPickle)
  if (pickle) throw pickleRefused(join(path, pickle))
  throw new FormatError('weights_missing', 'The folder holds no weights', {
    file: path,
    hint: `Expected ${SINGLE}, or ${INDEX} with its shards.`,
  })
}

async function openFile(path: string): Promise<StreamedTensorSource> {
  if (isPickle(path)) throw pickleRefused(path)
  if (path.endsWith('.index.json')) return openShards(join(path, '..'), basename(path))
  return SafetensorsFile.open(path)
}

const isPickle = (name: string): boolean => PICKLE_EXTENSIONS.includes(extname(name).toLowerCase())

/** Pickles can run code when loaded; they are never opened. */
export function pickleRefused(file: string): FormatError {
  return new FormatError(
    'pickle_refused',
    'Pickle files can run any code when they are loaded, so they are never opened',
    {
      file,
      hint: 'Save the weights as safetensors (in Python: model.save_pretrained(folder, safe_serialization=True)).',
    },
  )
}

async function openShards(folder: string, indexName: string): Promise<StreamedTensorSource> {
  const indexPath = join(folder, indexName)
  const parsed = IndexSchema.safeParse(await readJsonFile(indexPath, MAX_INDEX_BYTES))
  if (!parsed.success)
    throw new FormatError('safetensors_index_invalid', `The index is malformed: ${parsed.error.issues[0]?.message}`, {
      file: indexPath,
      where: parsed.error.issues[0]?.path.join('.') ?? '',
    })
  const shards = new Map<string, SafetensorsFile>()
  const owner = new Map<string, SafetensorsFile>()
  for (const [tensor, shardName] of Object.entries(parsed.data.weight_map)) {
    let shard = shards.get(shardName)
    if (!shard) {
      shard = await SafetensorsFile.open(await resolveInside(folder, shardName))
      shards.set(shardName, shard)
    }
    if (!shard.has(tensor))
      throw new FormatError(
        'safetensors_index_invalid',
        `The index puts "${tensor}" into ${shardName}, which does not hold it`,
        {
          file: indexPath,
          hint: 'Index and shards belong to different saves; download them again.',
        },
      )
    owner.set(tensor, shard)
  }
  return new ShardedSource(indexPath, owner)
}

class ShardedSource implements StreamedTensorSource {
  readonly #sorted: readonly string[]

  constructor(
    private readonly path: string,
    private readonly owner: ReadonlyMap<string, SafetensorsFile>,
  ) {
    this.#sorted = [...owner.keys()].sort()
  }

  names(): readonly string[] {
    return this.#sorted
  }

  info(name: string) {
    return this.#shard(name).info(name)
  }

  float32(name: string): Promise<Float32Array> {
    return this.#shard(name).float32(name)
  }

  float32Pieces(name: string): AsyncIterable<Float32Array> {
    return this.#shard(name).float32Pieces(name)
  }

  #shard(name: string): SafetensorsFile {
    const shard = this.owner.get(name)
    if (!shard) throw missingTensor(name, this.path, this.#sorted)
    return shard
  }
}
