// Walks folders for golden models (config.json, weights, golden.json, golden.safetensors) and checks each, with every config beside it.
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { AppError } from '@mistudio/contracts'
import { FormatError, openTensorSource, readJsonFile, SafetensorsFile } from '@mistudio/formats'
import { LanguageModel, ModelError, planModel } from '@mistudio/interp/models'
import { type Check as ModelCheck, parseGoldenInfo, verifyGolden } from '@mistudio/interp/parity'
import { OnnxError } from '@mistudio/onnx'
import { createOrtRuntime, type Provider } from '@mistudio/onnx/ort'
import type { Check } from './checks.js'

/** The same model as different versions of the library write it; all must give the same numbers. */
const CONFIGS = ['config.json', 'config.hub.json', 'config.v5.json']
const GOLDEN = 'golden.json'

export interface VerifyOptions {
  /** Two threads and graph optimisation only, instead of 1 and 2 threads with and without it. */
  readonly quick: boolean
  /** What computes; default the CPU. */
  readonly provider?: Provider
}

/** Folders with golden values, at and below `folder`, in order of name. */
async function goldenFolders(folder: string): Promise<string[]> {
  if (existsSync(join(folder, GOLDEN)) && existsSync(join(folder, 'config.json'))) return [folder]
  const entries = await readdir(folder, { withFileTypes: true })
  const inner = entries.filter((entry) => entry.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))
  return (await Promise.all(inner.map(({ name }) => goldenFolders(join(folder, name))))).flat()
}

const describeVariant = ({ variant }: ModelCheck): string =>
  variant
    ? `${variant.threads} thread${variant.threads === 1 ? '' : 's'}, ${variant.optimise ? 'optimised' : 'not optimised'}`
    : ''

async function* verifyConfig(
  folder: string,
  config: string,
  name: string,
  { quick, provider = 'cpu' }: VerifyOptions,
): AsyncGenerator<Check> {
  const plan = planModel(await readJsonFile(join(folder, config)))
  const source = await openTensorSource(folder)
  const golden = await SafetensorsFile.open(join(folder, 'golden.safetensors'))
  const info = parseGoldenInfo(await readJsonFile(join(folder, GOLDEN)))
  const runtime = createOrtRuntime({ provider })
  const checks = verifyGolden({
    open: (variant) => LanguageModel.load(plan, source, runtime, variant),
    golden,
    info,
    threads: quick ? [2] : [1, 2],
    optimise: quick ? [true] : [true, false],
  })
  for await (const check of checks) {
    yield {
      case: name,
      check: `${check.name} (${describeVariant(check)})`,
      figure: check.figure,
      tolerance: check.tolerance ?? Number.POSITIVE_INFINITY,
      pass: check.pass,
      ...(check.pass ? {} : { detail: check.detail }),
    }
  }
}

/** A case that cannot be read or run fails as one check; the others go on. */
const broken = (name: string, error: unknown): Check => {
  if (!(error instanceof ModelError || error instanceof FormatError || error instanceof OnnxError)) throw error
  return { case: name, check: 'load', figure: Number.NaN, tolerance: 0, pass: false, detail: error.message }
}

/**
 * Checks every golden model at or below a folder.
 * @throws AppError `file_not_found` when there is none.
 */
export async function* verifyModels(folder: string, options: VerifyOptions): AsyncGenerator<Check> {
  if (!existsSync(folder)) throw new AppError('file_not_found', `There is no folder ${folder}.`)
  const folders = await goldenFolders(folder)
  if (folders.length === 0) {
    throw new AppError('file_not_found', `No folder with config.json and ${GOLDEN} at or below ${folder}.`)
  }
  for (const one of folders) {
    for (const config of CONFIGS.filter((file) => existsSync(join(one, file)))) {
      const name = `${relative(folder, one) || basename(one)}/${config}`
      try {
        yield* verifyConfig(one, config, name, options)
      } catch (error) {
        yield broken(name, error)
      }
    }
  }
}
