// An ONNX file on disk with its external data. External files are found beside the model or below, never elsewhere, and must hold every
// byte that the model says they hold. Reads; runs nothing.
import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { OnnxError } from '../errors.js'
import { type Initialiser, type OnnxModel, parseModel } from './read.js'
import { DEFAULT_LIMITS, type ModelLimits } from './wire.js'

export interface ModelFile {
  readonly path: string
  /** The folder of the file, with links resolved: where external tensors are looked for. */
  readonly folder: string
  readonly model: OnnxModel
  /** Files with external tensors, relative to the folder, and their sizes in bytes. */
  readonly externalFiles: ReadonlyMap<string, number>
  /** Of the file and its external data. */
  readonly bytes: number
}

const invalid = (what: string, cause?: unknown): OnnxError => new OnnxError('model_invalid', what, { cause })

/** Bits per element of the types whose size is known, by `TensorProto.DataType`. */
const BITS: Readonly<Record<number, number>> = {
  1: 32,
  2: 8,
  3: 8,
  4: 16,
  5: 16,
  6: 32,
  7: 64,
  9: 8,
  10: 16,
  11: 64,
  12: 32,
  13: 64,
  16: 16,
  21: 4,
  22: 4,
}

/** Size of an external file inside `folder`. */
async function externalSize(folder: string, file: string): Promise<number> {
  const refuse = (): OnnxError =>
    invalid(`External data ${JSON.stringify(file)} lies outside the model's folder, which is not read.`)
  if (isAbsolute(file) || /[\\\0]|^[a-z]:/i.test(file) || file.split('/').includes('..')) throw refuse()
  const path = join(folder, file)
  let real: string
  try {
    real = await realpath(path)
  } catch (error) {
    throw invalid(`External data ${file} is missing. Put it beside the model file.`, error)
  }
  const inside = relative(folder, real)
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) throw refuse()
  const found = await stat(real)
  if (!found.isFile()) throw invalid(`External data ${file} is not a file.`)
  return found.size
}

function checkRange({ name, elementType, dims, external }: Initialiser, size: number): void {
  const { file, offset, length } = external!
  const bits = BITS[elementType]
  const wanted = bits === undefined ? null : Math.ceil((bits * dims.reduce((product, dim) => product * dim, 1)) / 8)
  if (wanted !== null && length !== null && length !== wanted) {
    throw invalid(`Tensor ${name} [${dims.join(', ')}] takes ${wanted} bytes, the file says ${length}.`)
  }
  const needed = offset + (length ?? wanted ?? 0)
  if (needed <= size) return
  throw invalid(`External data ${file} has ${size} bytes; tensor ${name} ends at ${needed}. The file is incomplete.`)
}

async function readLimited(path: string, limits: ModelLimits): Promise<Uint8Array> {
  try {
    const { size } = await stat(path)
    if (size > limits.fileBytes) throw invalid(`${path} has ${size} bytes, at most ${limits.fileBytes} are read.`)
    return await readFile(path)
  } catch (error) {
    if (error instanceof OnnxError) throw error
    throw invalid(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, error)
  }
}

/**
 * Opens an ONNX file and checks where its external tensors are; their values are not read.
 * @throws OnnxError `model_invalid` or `model_unsupported`, see parseModel; also for external data that is missing, too short or outside
 * the folder.
 */
export async function openModelFile(path: string, limits: ModelLimits = DEFAULT_LIMITS): Promise<ModelFile> {
  const bytes = await readLimited(path, limits)
  const folder = await realpath(dirname(path))
  const model = parseModel(bytes, limits)
  const externalFiles = new Map<string, number>()
  for (const tensor of model.initialisers.values()) {
    if (!tensor.external) continue
    const { file } = tensor.external
    const size = externalFiles.get(file) ?? (await externalSize(folder, file))
    externalFiles.set(file, size)
    checkRange(tensor, size)
  }
  const total = [...externalFiles.values()].reduce((sum, size) => sum + size, bytes.length)
  return { path: join(folder, basename(path)), folder, model, externalFiles, bytes: total }
}
