// External tensors of a model: which file each lies in, and their bytes when a session is made. ONNX Runtime gets them in memory under
// names of ours and opens no file, so no path of a model is followed after it was checked.
import type { FileHandle } from 'node:fs/promises'
import onnxProto from 'onnx-proto'
import { OnnxError } from '../errors.js'
import type { Initialiser } from './read.js'

const { onnx } = onnxProto

export interface OpenedFile {
  readonly handle: FileHandle
  /** Bytes. */
  readonly size: number
  readonly mtimeMs: number
  /** Tells one file from another, whatever its names. */
  readonly id: string
}

/** Opens a regular file for reading, or refuses it; the caller closes the handle. */
export type OpenFile = (path: string) => Promise<OpenedFile>

/** Bytes of one external tensor under the name that the written graph has for it. */
export interface ExternalData {
  readonly path: string
  readonly data: Uint8Array
}

interface Place {
  readonly file: string
  readonly offset: number
  readonly bytes: number
}

interface Seen {
  readonly path: string
  readonly size: number
  readonly mtimeMs: number
  readonly id: string
}

/** Largest single read; the system call itself ends below 2 GiB. */
const READ_BYTES = 2 ** 26

/** Bytes [start, start + length) of a file. @throws OnnxError `model_invalid` when it ends before. */
export async function readRange(handle: FileHandle, start: number, length: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(READ_BYTES, length - done), start + done)
    if (bytesRead === 0) throw new OnnxError('model_invalid', `${path} ends at byte ${start + done}. It is incomplete.`)
    done += bytesRead
  }
  return bytes
}

export class ExternalTensors {
  private readonly files = new Map<string, Seen>()
  private readonly places = new Map<string, Place>()

  constructor(private readonly open: OpenFile) {}

  /** Size and identity of an external file. @throws what `open` throws. */
  async look(file: string, path: string): Promise<{ readonly size: number; readonly id: string }> {
    const known = this.files.get(file)
    if (known) return known
    const { handle, ...seen } = await this.open(path).catch((cause: unknown) => {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'file_not_found')) throw cause
      const message = `External data ${file} is missing. Put it beside the model file.`
      throw new OnnxError('model_invalid', message, { cause })
    })
    await handle.close()
    const { size, mtimeMs, id } = seen
    this.files.set(file, { path, size, mtimeMs, id })
    return { size, id }
  }

  /** The tensor as it is written from now on: its place named by a word of ours. */
  placed(tensor: Initialiser, offset: number, bytes: number): Initialiser {
    const name = `external-${this.places.size}`
    this.places.set(name, { file: tensor.external!.file, offset, bytes })
    const externalData = [
      { key: 'location', value: name },
      { key: 'offset', value: '0' },
      { key: 'length', value: String(bytes) },
    ]
    return { ...tensor, proto: { ...tensor.proto, externalData } }
  }

  sizes(): ReadonlyMap<string, number> {
    return new Map([...this.files].map(([file, { size }]) => [file, size]))
  }

  /** The external tensors that a written graph reads. @throws OnnxError `model_invalid` when a file changed since it was looked at. */
  async dataOf(graph: Uint8Array): Promise<ExternalData[]> {
    if (this.places.size === 0) return []
    const { initializer } = onnx.ModelProto.decode(graph).graph ?? {}
    const names = (initializer ?? []).flatMap(
      ({ externalData }) => externalData?.find(({ key }) => key === 'location')?.value ?? [],
    )
    const found: ExternalData[] = []
    for (const name of names) found.push({ path: name, data: await this.read(name) })
    return found
  }

  private async read(name: string): Promise<Uint8Array> {
    const place = this.places.get(name)
    const seen = place && this.files.get(place.file)
    if (!place || !seen)
      throw new OnnxError('model_invalid', `The graph reads ${name}, which is no tensor of the model.`)
    const { handle, size, mtimeMs, id } = await this.open(seen.path)
    try {
      if (size === seen.size && mtimeMs === seen.mtimeMs && id === seen.id)
        return await readRange(handle, place.offset, place.bytes, seen.path)
      throw new OnnxError('model_invalid', `${seen.path} changed after the model was opened. Register the model again.`)
    } finally {
      await handle.close()
    }
  }
}
