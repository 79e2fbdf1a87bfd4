// A model folder as Hugging Face writes it: config.json, generation_config.json if there is one, and safetensors weights or, without such, an
// ONNX export. Reads headers and graphs only.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@mistudio/contracts'
import {
  FormatError,
  listFolder,
  openRegularFile,
  openTensorSource,
  readJsonFile,
  type StreamedTensorSource,
} from '@mistudio/formats'
import { type ExportSize, exportSize } from '@mistudio/interp/exports'
import { ModelError, type ModelPlan, planModel, requireTensors, type TensorCheck } from '@mistudio/interp/models'
import { findGraph, type ModelFile, openModelFile } from '@mistudio/onnx'
import { z } from 'zod'
import { requireModelWhole } from '../files/index.js'
import { GOLDEN_TENSORS } from './parity/golden-files.js'

interface AnyFolder {
  readonly path: string
  /** What config.json says; of an export only its sizes are used, its graph says the rest. */
  readonly plan: ModelPlan
  /** Ids that end a text, of both configs. */
  readonly eosTokenIds: readonly number[]
}

export interface WeightsFolder extends AnyFolder {
  readonly format: 'safetensors'
  readonly source: StreamedTensorSource
  readonly tensors: TensorCheck
}

export interface ExportFolder extends AnyFolder {
  readonly format: 'onnx'
  readonly file: ModelFile
  /** What the file takes in memory. */
  readonly size: ExportSize
  /** Content of config.json. */
  readonly config: unknown
}

export type ModelFolder = WeightsFolder | ExportFolder

/** Bytes of config.json and generation_config.json; real ones have a few thousand. */
const MAX_CONFIG_BYTES = 2 ** 20

const tokenId = z.int().nonnegative()
const GenerationConfigSchema = z.looseObject({ eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish() })

async function generationEnds(path: string): Promise<readonly number[]> {
  let json: unknown
  try {
    json = await readJsonFile(join(path, 'generation_config.json'), MAX_CONFIG_BYTES)
  } catch (error) {
    if (error instanceof FormatError && error.code === 'file_not_found') return []
    throw error
  }
  const parsed = GenerationConfigSchema.safeParse(json)
  if (!parsed.success) throw new AppError('model_invalid', `generation_config.json: ${z.prettifyError(parsed.error)}`)
  const ids = parsed.data.eos_token_id
  return ids === null || ids === undefined ? [] : [ids].flat()
}

async function requireFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null)
  if (found === null) throw new AppError('file_not_found', `There is no folder ${path}.`)
  if (!found.isDirectory()) {
    throw new AppError('model_invalid', `${path} is a file. Choose the folder that holds config.json and the weights.`)
  }
}

/** The graph of a folder without weights as safetensors (stored values are none); null where weights are, or neither. */
async function graphOf(path: string): Promise<string | null> {
  if ((await listFolder(path)).some((name) => name.endsWith('.safetensors') && name !== GOLDEN_TENSORS)) return null
  return findGraph(path, listFolder)
}

/**
 * Opens a model folder and checks config against tensors, or reads the graph of an ONNX export.
 * @throws AppError, ModelError, FormatError or OnnxError; see `withModelErrors`.
 */
export async function openModelFolder(path: string): Promise<ModelFolder> {
  await requireFolder(path)
  await requireModelWhole(path)
  const config = await readJsonFile(join(path, 'config.json'), MAX_CONFIG_BYTES)
  const plan = planModel(config)
  const eosTokenIds = [...new Set([...plan.spec.eosTokenIds, ...(await generationEnds(path))])]
  const graph = await graphOf(path)
  if (graph) {
    const file = await openModelFile(join(path, graph), openRegularFile)
    return { format: 'onnx', path, plan, eosTokenIds, config, file, size: exportSize(file) }
  }
  const source = await openTensorSource(path)
  return { format: 'safetensors', path, plan, eosTokenIds, source, tensors: requireTensors(plan, source) }
}

/** A folder with weights. @throws ModelError `model_unsupported` for ONNX exports, and see openModelFolder. */
export async function openWeightsFolder(path: string): Promise<WeightsFolder> {
  const folder = await openModelFolder(path)
  if (folder.format === 'safetensors') return folder
  throw new ModelError(
    'model_unsupported',
    'This model is an ONNX export: its weights are inside the graph, some of them turned or joined, so they are not listed by name.',
  )
}
