// Open models of this process: folder, tokenizer and loaded network, kept for the next job and dropped when the files change.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ExportedModel } from '@mistudio/interp/exports'
import {
  LanguageModel,
  type LoadOptions,
  ModelError,
  type Precision,
  type RunnableModel,
} from '@mistudio/interp/models'
import { runtime } from '../runtime/index.js'
import { Tokenizer } from '../tokenizer/index.js'
import { availableMemory } from './available-memory.js'
import { withModelErrors } from './errors.js'
import { requireMemory, textOf } from './memory.js'
import { modelFiles } from './model-files.js'
import { type ModelFolder, openModelFolder } from './model-folder.js'
import { requireTokenizerFits } from './tokenizer-check.js'

export interface OpenModel {
  readonly folder: ModelFolder
  readonly tokenizer: Tokenizer
  readonly model: RunnableModel
}

interface Entry {
  readonly fingerprint: string
  readonly opened: OpenModel
}

/** Models that stay open in one process. */
const MAX_OPEN = 2

/** Names, sizes and times of the files that make up a model. */
export async function fingerprint(path: string): Promise<string> {
  const names = await modelFiles(path)
  const parts = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(path, name))
      return `${name}:${size}:${mtimeMs}`
    }),
  )
  return parts.join('|')
}

/** The model of a folder, ready to run. Exports run as they were written, which counts as float32. @throws ModelError or OnnxError. */
export async function loadModel(
  folder: ModelFolder,
  options: Pick<LoadOptions, 'threads' | 'optimise' | 'precision'>,
): Promise<RunnableModel> {
  if (folder.format === 'onnx' && (options.precision ?? 'float32') !== 'float32') {
    throw new ModelError(
      'model_unsupported',
      `An ONNX export runs as it was written; it cannot be loaded as ${options.precision}.`,
    )
  }
  if (folder.format === 'onnx') return ExportedModel.load(folder.file, folder.config, runtime, options)
  return LanguageModel.load(folder.plan, folder.source, runtime, options)
}

export class ModelStore {
  private readonly entries = new Map<string, Entry>()

  /** `available`: bytes of memory that this process can still get. */
  constructor(private readonly available: () => number = availableMemory) {}

  /**
   * The model of a folder at a precision, opened or as it was left. Quantised ones are quantised when first run (ADR 0080). Callers in
   * one process take turns, so the store may release models that were not asked for lately; they load again what they need.
   * @throws AppError for folders that cannot be used, see openModelFolder, `tokenizer_invalid`, and `out_of_memory` for a model that
   * would not fit; passes larger than one text are for the caller to check.
   */
  open(path: string, threads: number, precision: Precision): Promise<OpenModel> {
    return withModelErrors(async () => {
      const folder = await openModelFolder(path)
      const key = `${threads}:${precision}:${path}`
      const print = await fingerprint(path)
      const known = this.entries.get(key)
      if (known?.fingerprint === print) return this.keep(key, known)
      this.entries.delete(key)
      await known?.opened.model.release()
      const tokenizer = await Tokenizer.load(path)
      requireTokenizerFits(tokenizer.vocabSize, folder.plan.spec)
      await this.makeRoom()
      requireMemory(folder, textOf(folder.plan, precision), this.available())
      const model = await loadModel(folder, { threads, precision })
      return this.keep(key, { fingerprint: print, opened: { folder, tokenizer, model } })
    })
  }

  /** Frees every model. */
  async release(): Promise<void> {
    const entries = [...this.entries.values()]
    this.entries.clear()
    for (const { opened } of entries) await opened.model.release()
  }

  private keep(key: string, entry: Entry): OpenModel {
    this.entries.delete(key)
    this.entries.set(key, entry)
    return entry.opened
  }

  /** Releases the models that were not asked for longest, so that one more may open. */
  private async makeRoom(): Promise<void> {
    while (this.entries.size >= MAX_OPEN) {
      const [oldest, { opened }] = this.entries.entries().next().value!
      this.entries.delete(oldest)
      await opened.model.release()
    }
  }
}

/** The store of this process. */
export const modelStore = new ModelStore()
