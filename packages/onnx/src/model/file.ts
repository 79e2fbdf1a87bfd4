// An ONNX file on disk with its external data. External files are named beside the model or below, never elsewhere, and must hold every
// byte that the model says they hold. Every file is opened by the function that the caller gives, which decides what may be read; ONNX
// Runtime itself opens none (external.ts). Reads; runs nothing.
import { basename, dirname, isAbsolute, join, normalize } from 'node:path'
import { OnnxError } from '../errors.js'
import { ExternalTensors, type OpenedFile, type OpenFile, readRange } from './external.js'
import { type Initialiser, type OnnxModel, parseModel } from './read.js'
import { DEFAULT_LIMITS, type ModelLimits } from './wire.js'

export interface ModelFile {
  readonly path: string
  readonly model: OnnxModel
  /** Files with external tensors, relative to the folder, and their sizes in bytes. */
  readonly externalFiles: ReadonlyMap<string, number>
  /** Reads external tensors when a session needs them. */
  readonly external: ExternalTensors
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

/** The path of an external file. Which file a link there leads to is decided when it is opened. */
function externalPath(modelPath: string, file: string): string {
  if (isAbsolute(file) || /[\\\0]|^[a-z]:/i.test(file) || file.split('/').includes('..'))
    throw invalid(`External data ${JSON.stringify(file)} lies outside the model's folder, which is not read.`)
  if (normalize(file) === basename(modelPath))
    throw invalid(`External data ${JSON.stringify(file)} is the model's own file. Export it again.`)
  return join(dirname(modelPath), file)
}

/** Bytes that the tensor takes in its file. */
function checkedLength({ name, elementType, dims, external }: Initialiser, size: number): number {
  const { file, offset, length } = external!
  const bits = BITS[elementType]
  const wanted = bits === undefined ? null : Math.ceil((bits * dims.reduce((product, dim) => product * dim, 1)) / 8)
  if (wanted !== null && length !== null && length !== wanted) {
    throw invalid(`Tensor ${name} [${dims.join(', ')}] takes ${wanted} bytes, the file says ${length}.`)
  }
  const bytes = length ?? wanted ?? size - offset
  if (bytes >= 0 && offset + bytes <= size) return bytes
  throw invalid(
    `External data ${file} has ${size} bytes; tensor ${name} ends at ${offset + Math.max(0, bytes)}. The file is incomplete.`,
  )
}

/** The whole file, and which file it is. */
async function readLimited(path: string, open: OpenFile, limits: ModelLimits): Promise<[Uint8Array, OpenedFile['id']]> {
  const { handle, size, id } = await open(path)
  try {
    if (size > limits.fileBytes) throw invalid(`${path} has ${size} bytes, at most ${limits.fileBytes} are read.`)
    return [await readRange(handle, 0, size, path), id]
  } finally {
    await handle.close()
  }
}

/**
 * Opens an ONNX file and checks where its external tensors are; their values are not read.
 * @param open decides what may be read; what it throws comes out unchanged.
 * @throws OnnxError `model_invalid` or `model_unsupported`, see parseModel; also for external data that is missing, too short, outside the
 * folder, or the model's own file.
 */
export async function openModelFile(
  path: string,
  open: OpenFile,
  limits: ModelLimits = DEFAULT_LIMITS,
): Promise<ModelFile> {
  const [bytes, own] = await readLimited(path, open, limits)
  const model = parseModel(bytes, limits)
  const external = new ExternalTensors(open)
  const initialisers = new Map<string, Initialiser>()
  for (const tensor of model.initialisers.values()) {
    if (!tensor.external) {
      initialisers.set(tensor.name, tensor)
      continue
    }
    const { file, offset } = tensor.external
    const { size, id } = await external.look(file, externalPath(path, file))
    if (id === own) throw invalid(`External data ${JSON.stringify(file)} is the model's own file. Export it again.`)
    initialisers.set(tensor.name, external.placed(tensor, offset, checkedLength(tensor, size)))
  }
  const externalFiles = external.sizes()
  const total = [...externalFiles.values()].reduce((sum, size) => sum + size, bytes.length)
  return { path, model: { ...model, initialisers }, externalFiles, external, bytes: total }
}
