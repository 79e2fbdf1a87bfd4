// Reads an ONNX export and prints the sites that graph surgery finds in it, and those it does not with the reason. Needs no server.
import { join } from 'node:path'
import { AppError } from '@mistudio/contracts'
import { FormatError, listFolder, openRegularFile, readJsonFile } from '@mistudio/formats'
import { ExportedModel } from '@mistudio/interp/exports'
import { ModelError, siteWidth } from '@mistudio/interp/models'
import { findGraph, OnnxError, openModelFile } from '@mistudio/onnx'
import { createOrtRuntime } from '@mistudio/onnx/ort'

/**
 * Lines about the export in a folder: `site  width` for what was found, `name: reason` for what was not.
 * @throws AppError `file_not_found`, `model_invalid` or `model_unsupported`.
 */
export async function* exportSites(folder: string): AsyncGenerator<string> {
  const model = await readable(async () => {
    const graph = await findGraph(folder, listFolder)
    if (!graph) throw new AppError('file_not_found', `There is no .onnx file in ${folder} or in onnx/ below it.`)
    const config = await readJsonFile(join(folder, 'config.json'))
    return ExportedModel.load(await openModelFile(join(folder, graph), openRegularFile), config, createOrtRuntime(), {
      threads: 2,
    })
  })
  try {
    const { architecture, layers, dModel } = model.spec
    yield `${architecture}: ${layers} layers, d_model ${dModel}, ${model.sites.length} sites`
    for (const site of model.sites) yield `  ${site.name}  ${siteWidth(site)}`
    yield `${model.absentSites.length} not found`
    for (const { name, reason } of model.absentSites) yield `  ${name}: ${reason}`
  } finally {
    await model.release()
  }
}

async function readable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ModelError) throw new AppError(error.code, error.message, error.details, { cause: error })
    if (error instanceof OnnxError || error instanceof FormatError) {
      throw new AppError('model_invalid', error.message, { reason: error.code }, { cause: error })
    }
    throw error
  }
}
