// A file as a stream of bytes, unpacked when it is gzip and without a byte order mark, with the position in the file for progress.
import { createGunzip } from 'node:zlib'
import { FormatError, systemCode, translateSystemError } from '../errors.js'
import { openStream } from '../files/open.js'

export interface ByteSource {
  readonly chunks: AsyncIterable<Buffer>
  /** Bytes of the file (compressed, if it is) consumed so far. */
  position(): number
}

const CHUNK_BYTES = 2 ** 18

/** Opens `path` for streaming. Reading errors come from the iteration: `dataset_gzip_invalid`, `file_not_found`. */
export function openBytes(path: string, compressed: boolean): ByteSource {
  let position = 0
  async function* read(): AsyncGenerator<Buffer> {
    const file = await openStream(path, { highWaterMark: CHUNK_BYTES })
    file.on('data', (chunk) => {
      position += chunk.length
    })
    const source = compressed ? file.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) : file
    // `pipe` does not carry errors on; without this a read error would leave the iteration waiting for ever.
    if (source !== file) file.on('error', (error) => source.destroy(error))
    try {
      for await (const chunk of source) yield chunk as Buffer
    } catch (error) {
      if (systemCode(error)?.startsWith('Z_'))
        throw new FormatError('dataset_gzip_invalid', `The gzip data is broken: ${(error as Error).message}`, {
          file: path,
          hint: 'The file was cut off or is not gzip; copy or download it again.',
          cause: error,
        })
      translateSystemError(error, path)
    } finally {
      file.destroy()
    }
  }
  return { chunks: withoutMark(read()), position: () => position }
}

/** The same bytes without a UTF-8 byte order mark at their start. */
async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of chunks) {
    if (!start) {
      yield chunk
      continue
    }
    // The mark may be cut by the first chunk's end.
    start = Buffer.concat([start, chunk])
    if (start.byteLength < MARK.byteLength) continue
    yield unmarked(start)
    start = undefined
  }
  if (start && start.byteLength > 0) yield unmarked(start)
}

const MARK = Buffer.from([0xef, 0xbb, 0xbf])
const unmarked = (bytes: Buffer): Buffer => (bytes.subarray(0, 3).equals(MARK) ? bytes.subarray(3) : bytes)
