// Test helpers: a model of fixtures/models with its stored expected values, as verifyGolden takes them. Not part of the package's interface.
import { fileURLToPath } from 'node:url'
import { SafetensorsFile, type TensorSource } from '@mistudio/formats'
import { LanguageModel, planModel } from '../models/index.js'
import { openCase, readJson, runtime } from '../models/testing.js'
import type { Check, RunVariant } from './check.js'
import { parseGoldenInfo } from './golden-info.js'
import { type GoldenInput, verifyGolden } from './goldens.js'

export async function goldenInput(name: string, config = 'config.json'): Promise<GoldenInput> {
  const folder = new URL(`../../../../fixtures/models/${name}/`, import.meta.url)
  const { weights } = await openCase(name)
  const plan = planModel(readJson(new URL(config, folder)))
  return {
    open: (variant: RunVariant) => LanguageModel.load(plan, weights, runtime, variant),
    golden: await SafetensorsFile.open(fileURLToPath(new URL('golden.safetensors', folder))),
    info: parseGoldenInfo(readJson(new URL('golden.json', folder))),
    threads: [1],
    optimise: [true],
  }
}

/** The same values but one entry of one tensor, moved by `by`. */
export const disturbed = (source: TensorSource, tensor: string, entry: number, by: number): TensorSource => ({
  names: () => source.names(),
  info: (name) => source.info(name),
  float32: async (name) => {
    const values = await source.float32(name)
    if (name === tensor) values[entry]! += by
    return values
  },
})

export async function collect(input: GoldenInput): Promise<Check[]> {
  const checks: Check[] = []
  for await (const check of verifyGolden(input)) checks.push(check)
  return checks
}

export const failed = (checks: readonly Check[]): string[] => checks.filter(({ pass }) => !pass).map(({ name }) => name)
