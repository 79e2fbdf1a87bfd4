// A model folder as Hugging Face writes it: config.json, generation_config.json if there is one, safetensors weights. Reads headers only.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@mistudio/contracts'
import { FormatError, openTensorSource, readJsonFile, type StreamedTensorSource } from '@mistudio/formats'
import { type ModelPlan, planModel, requireTensors, type TensorCheck } from '@mistudio/interp'
import { z } from 'zod'

export interface ModelFolder {
  readonly path: string
  readonly plan: ModelPlan
  readonly source: StreamedTensorSource
  readonly tensors: TensorCheck
  /** Ids that end a text, of both configs. */
  readonly eosTokenIds: readonly number[]
}

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

/**
 * Opens a model folder and checks config against tensors.
 * @throws AppError, ModelError or FormatError; see `withModelErrors`.
 */
export async function openModelFolder(path: string): Promise<ModelFolder> {
  await requireFolder(path)
  const plan = planModel(await readJsonFile(join(path, 'config.json'), MAX_CONFIG_BYTES))
  const source = await openTensorSource(path)
  const tensors = requireTensors(plan, source)
  const eosTokenIds = [...new Set([...plan.spec.eosTokenIds, ...(await generationEnds(path))])]
  return { path, plan, source, tensors, eosTokenIds }
}
