// Which file of a model's folder is its graph. Exporters write model.onnx or onnx/model.onnx; variants have names of their own.
import { join } from 'node:path'
import { OnnxError } from '../errors.js'

/** Where a graph lies by convention, in the order in which it is taken. */
const USUAL = ['model.onnx', 'onnx/model.onnx']
/** Folders that are looked into, relative to the model's. */
const FOLDERS = ['.', 'onnx']

/**
 * The graph of a model's folder, relative to it: model.onnx, onnx/model.onnx, or the only .onnx file there is in either folder; null when there
 * is none.
 * @param list names in a folder; a folder that it refuses counts as empty.
 * @throws OnnxError `model_invalid` when several files could be it.
 */
export async function findGraph(
  folder: string,
  list: (path: string) => Promise<readonly string[]>,
): Promise<string | null> {
  const listed = await Promise.all(
    FOLDERS.map(async (inner) => {
      const names = await list(join(folder, inner)).catch(() => [])
      return names.filter((name) => name.endsWith('.onnx')).map((name) => (inner === '.' ? name : `${inner}/${name}`))
    }),
  )
  const found = listed.flat().sort()
  const usual = USUAL.find((name) => found.includes(name))
  if (usual || found.length < 2) return usual ?? found[0] ?? null
  throw new OnnxError(
    'model_invalid',
    `The folder holds ${found.length} graphs (${found.slice(0, 6).join(', ')}) and none is called model.onnx. Leave the one that is meant.`,
  )
}
