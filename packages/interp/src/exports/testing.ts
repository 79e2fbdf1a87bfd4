// Test helpers: the exports of fixtures/exports with the golden values of the model they were made from. Not part of the package's interface.
import { fileURLToPath } from 'node:url'
import { openRegularFile, SafetensorsFile } from '@mistudio/formats'
import { openModelFile } from '@mistudio/onnx'
import { readJson, runtime } from '../models/testing.js'
import { parseGoldenInfo } from '../parity/golden-info.js'
import type { GoldenInput } from '../parity/goldens.js'
import { ExportedModel, type ExportOptions } from './exported-model.js'

const EXPORTS = new URL('../../../../fixtures/exports/', import.meta.url)
const MODELS = new URL('../../../../fixtures/models/', import.meta.url)

/** Folder under fixtures/exports and the model under fixtures/models it is an export of. */
export const EXPORT_CASES: Readonly<Record<string, string>> = {
  gpt2: 'gpt2',
  gpt_neox_parallel: 'gpt_neox_parallel',
  llama_gqa_llama3: 'llama_gqa_llama3',
  llama_gqa_llama3_past: 'llama_gqa_llama3',
  gemma2: 'gemma2',
  gpt2_skip: 'gpt2',
  gpt2_attention: 'gpt2',
  llama_mha: 'llama',
  qwen3_gqa: 'qwen3',
}

const exportPath = (name: string): string => fileURLToPath(new URL(`${name}/model.onnx`, EXPORTS))
const exportConfig = (name: string): unknown => readJson(new URL(`${name}/config.json`, EXPORTS))

export async function openExport(name: string, options: Partial<ExportOptions> = {}): Promise<ExportedModel> {
  const file = await openModelFile(exportPath(name), openRegularFile)
  return ExportedModel.load(file, exportConfig(name), runtime, { threads: 2, ...options })
}

/** An export with the stored values of its model, as verifyGolden takes them. */
export async function exportGoldens(name: string): Promise<GoldenInput> {
  const folder = new URL(`${EXPORT_CASES[name]}/`, MODELS)
  return {
    open: (variant) => openExport(name, variant),
    golden: await SafetensorsFile.open(fileURLToPath(new URL('golden.safetensors', folder))),
    info: parseGoldenInfo(readJson(new URL('golden.json', folder))),
    threads: [2],
    optimise: [true, false],
  }
}
