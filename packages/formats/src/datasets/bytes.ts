// A file as a stream of UTF-8 bytes: unpacked when it is gzip, without a byte order mark, and written as UTF-8 when its mark says that it is
// UTF-16 (as Excel saves "Unicode text"); with the position in the file for progress.
import { createGunzip } from 'node:zlib'
import { FormatError, systemCode, translateSystemError } from '../errors.js'
import { openStream } from '../files/open.js'

export interface ByteSource {
  readonly chunks: AsyncIterable<Buffer>
  /** Bytes of the file (compressed, if it is) consumed so far. */
  position(): number
}

const CHUNK_BYTES = 2 ** 18

/** Opens `path` for streaming. Errors come from the iteration: `dataset_gzip_invalid`, `file_not_found`, `dataset_not_utf8`. */
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
  return { chunks: inUtf8(read(), path), position: () => position }
}

/** Byte order marks and what is done behind them; longer ones first, as the mark of UTF-32 begins like that of UTF-16. */
const MARKS = [
  { mark: [0xff, 0xfe, 0x00, 0x00], encoding: 'utf-32' },
  { mark: [0x00, 0x00, 0xfe, 0xff], encoding: 'utf-32' },
  { mark: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
] as const
const LONGEST_MARK = 4

/** The same text without its mark, in UTF-8. */
async function* inUtf8(chunks: AsyncIterable<Buffer>, path: string): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0)
  let convert = (chunk: Buffer): Buffer => chunk
  let end = (): Buffer => Buffer.alloc(0)
  const begin = (bytes: Buffer): Buffer => {
    const { mark, encoding } = MARKS.find(({ mark }) => mark.every((code, i) => bytes[i] === code)) ?? NO_MARK
    if (mark.length === 0) requireNarrow(bytes, path)
    if (encoding !== 'utf-8') ({ convert, end } = converter(encoding, path))
    return convert(bytes.subarray(mark.length))
  }
  for await (const chunk of chunks) {
    if (!start) yield convert(chunk)
    else {
      // The mark may be cut by the first chunk's end.
      start = Buffer.concat([start, chunk])
      if (start.byteLength < LONGEST_MARK) continue
      yield begin(start)
      start = undefined
    }
  }
  if (start && start.byteLength > 0) yield begin(start)
  const last = end()
  if (last.byteLength > 0) yield last
}

const NO_MARK = { mark: [], encoding: 'utf-8' } as const

/** Bytes at the beginning among which NULs are counted, and the share of them that no text has. */
const COUNTED = 4096
const WIDE = 1 / 5

/** UTF-16 without its mark has a NUL in every plain letter; read as UTF-8 it would be taken for a text full of NULs. */
function requireNarrow(bytes: Buffer, path: string): void {
  const start = bytes.subarray(0, COUNTED)
  const nulsAt = (odd: number): number => start.filter((byte, i) => byte === 0 && i % 2 === odd).byteLength
  const [even, odd] = [nulsAt(0), nulsAt(1)]
  const nuls = even + odd
  if (nuls < 2 || nuls < WIDE * start.byteLength) return
  const order = odd > even ? 'LE' : 'BE'
  throw new FormatError('dataset_not_utf8', `${nuls} of the first ${start.byteLength} bytes are NUL`, {
    file: path,
    hint: `It looks like UTF-16 without a byte order mark; save the file as UTF-8 (iconv -f UTF-16${order} -t UTF-8).`,
  })
}

function converter(encoding: 'utf-16le' | 'utf-16be' | 'utf-32', path: string) {
  const refusal = (what: string, cause?: unknown): FormatError =>
    new FormatError('dataset_not_utf8', what, { file: path, hint: 'Save the file as UTF-8.', cause })
  if (encoding === 'utf-32') throw refusal('The file begins like UTF-32, which is not read here')
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
  const decoded = (chunk?: Buffer): Buffer => {
    try {
      return Buffer.from(decoder.decode(chunk, { stream: chunk !== undefined }))
    } catch (cause) {
      throw refusal(`The file begins like ${encoding.toUpperCase()}, but holds what is not`, cause)
    }
  }
  return { convert: decoded, end: () => decoded() }
}

/** What a look at the beginning of a stream may take. */
export interface LookLimits {
  readonly bytes: number
  readonly lines: number
}

export interface Look {
  /** A limit was reached: the stream ends here, the file does not. */
  reached: boolean
}

/** The beginning of a stream, whole chunks up to a limit; `look` tells whether that cut it. */
export async function* beginning(
  chunks: AsyncIterable<Buffer>,
  { bytes, lines }: LookLimits,
  look: Look,
): AsyncGenerator<Buffer> {
  let left = bytes
  let linesLeft = lines
  for await (const chunk of chunks) {
    yield chunk.subarray(0, left)
    left -= chunk.byteLength
    linesLeft -= lineEndsOf(chunk)
    if (left > 0 && linesLeft > 0) continue
    look.reached = true
    return
  }
}

function lineEndsOf(chunk: Buffer): number {
  let count = 0
  for (let i = 0; i < chunk.length; i++) if (chunk[i] === 0x0a || chunk[i] === 0x0d) count++
  return count
}
