// Test helpers: golden cases of fixtures/models and comparison with stated tolerance. Not part of the package's interface.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openTensorSource, SafetensorsFile, type TensorSource } from '@mistudio/formats'
import { createOrtRuntime } from '@mistudio/onnx/ort'
import { planModel } from './architectures/index.js'
import { LanguageModel, type LoadOptions } from './language-model.js'
import type { ModelPlan } from './plan.js'
import type { TokenBatch } from './token-batch.js'

export const FIXTURES = new URL('../../../../fixtures/models/', import.meta.url)
export const DEMO_MODEL = new URL('../../../../demo/tiny-stories-1m/', import.meta.url)
export const runtime = createOrtRuntime({ threads: 2 })

/** Every golden model of the repository. */
export const CASES: readonly string[] = readdirSync(FIXTURES).sort()

export const readJson = (file: URL): unknown => JSON.parse(readFileSync(file, 'utf8'))

export interface GoldenCase {
  readonly info: {
    hooks: string[]
    edit: { hook: string; scale: number; patch_from: number }
    tolerance: { max_abs: number }
    valid_lengths: number[]
    d_model: number
    vocab: number
  }
  readonly input: TokenBatch & { readonly tokens: Int32Array }
  readonly weights: TensorSource
  /** Config files that must all give the same numbers. */
  readonly configs: readonly string[]
  tensor(name: string): Promise<Float32Array>
  plan(config?: string): ModelPlan
  model(options?: Partial<LoadOptions>, config?: string): LanguageModel
}

export async function openCase(name: string): Promise<GoldenCase> {
  const folder = new URL(`${name}/`, FIXTURES)
  const expected = await SafetensorsFile.open(fileURLToPath(new URL('golden.safetensors', folder)))
  const weights = await openTensorSource(fileURLToPath(folder))
  const tokens = Int32Array.from(await expected.float32('input_ids'))
  const plan = (config = 'config.json'): ModelPlan => planModel(readJson(new URL(config, folder)))
  return {
    weights,
    info: readJson(new URL('golden.json', folder)) as GoldenCase['info'],
    input: { tokens, batch: 2, seq: 24 },
    configs: ['config.json', 'config.hub.json', 'config.v5.json'].filter((file) => existsSync(new URL(file, folder))),
    tensor: (tensor) => expected.float32(tensor),
    plan,
    model: (options = {}, config = 'config.json') =>
      LanguageModel.load(plan(config), weights, runtime, {
        threads: 2,
        ...options,
      }),
  }
}

/** Largest absolute difference over the valid positions of right-padded rows; NaN if any value is. */
export function maxDifference(
  a: Float32Array,
  b: Float32Array,
  validLengths: readonly number[],
  width: number,
): number {
  if (a.length !== b.length) throw new Error(`Lengths differ: ${a.length} and ${b.length}`)
  const rowLength = a.length / validLengths.length
  let worst = 0
  for (const [row, valid] of validLengths.entries()) {
    for (let i = row * rowLength; i < row * rowLength + valid * width; i++) {
      const difference = Math.abs(a[i]! - b[i]!)
      if (!(difference <= worst)) worst = difference
    }
  }
  return worst
}
