// Reading .npz files that come from outside: the ZIP directory is parsed by hand, every size is checked before anything
// is allocated, only stored and deflated members are read, and no object is ever unpickled.
import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, crc32, createInflateRaw, inflateRaw } from 'node:zlib'
import { FormatError } from '../errors.js'
import { openRegularFile, readExactly } from '../files/open.js'
import { DTYPE_BYTES, toFloat32 } from '../safetensors/dtypes.js'
import { checkedWidth, missingTensor, type RowSource } from '../safetensors/reader.js'
import { MAX_NPY_HEADER, NPY_DTYPES, type NpyHeader, parseNpyHeader } from './npy.js'

const END = { signature: 0x06054b50, bytes: 22 }
const ENTRY = { signature: 0x02014b50, bytes: 46 }
const LOCAL = { signature: 0x04034b50, bytes: 30 }
const MAX_COMMENT = 65_535
const MAX_DIRECTORY = 2 ** 22
/** Arrays of one file: an SAE has fewer than ten. */
const MAX_MEMBERS = 4096
const STORED = 0
const DEFLATED = 8
/** A deflated member is held in memory whole. */
const MAX_INFLATED = 2 ** 31 - 1
const inflate = promisify(inflateRaw)

interface Member {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly compressed: number
  readonly bytes: number
  readonly localOffset: number
}

/** Arrays of one file by name (without `.npy`). */
export class NpzFile implements RowSource {
  private constructor(
    readonly path: string,
    private readonly members: ReadonlyMap<string, Member>,
    private readonly headers: ReadonlyMap<string, NpyHeader>,
  ) {}

  /** Reads the directory and all headers. @throws FormatError `npz_invalid`, `npy_invalid`, `npy_dtype_unsupported`. */
  static async open(path: string): Promise<NpzFile> {
    const { handle, size } = await openRegularFile(path)
    try {
      const members = await readDirectory(handle, size, path)
      const headers = new Map<string, NpyHeader>()
      for (const [name, member] of members) headers.set(name, await readHeader(handle, size, member, path))
      return new NpzFile(path, members, headers)
    } finally {
      await handle.close()
    }
  }

  names(): readonly string[] {
    return [...this.members.keys()].sort()
  }

  /** dtype in safetensors' spelling (`F32` ...) and shape. */
  info(name: string): { readonly dtype: string; readonly shape: readonly number[] } {
    const { dtype, shape } = this.#header(name)
    return { dtype: NPY_DTYPES[dtype], shape }
  }

  /** The whole array; F32 and F16 exactly, F64 and integers rounded to the nearest float32. */
  async float32(name: string): Promise<Float32Array> {
    const { dtype } = this.#header(name)
    const raw = await this.raw(name)
    const out = new Float32Array(raw.byteLength / DTYPE_BYTES[NPY_DTYPES[dtype]])
    toFloat32(NPY_DTYPES[dtype], raw, out, 0)
    return out
  }

  /** Read in place where the member is stored, whole where it is deflated. The checksum of the archive is of whole members, so it is not looked at here. */
  async float32Rows(name: string, first: number, count: number): Promise<Float32Array> {
    const { dtype, shape, offset } = this.#header(name)
    const member = this.members.get(name)!
    const width = checkedWidth(shape, first, count, name, this.path)
    if (member.method !== STORED) return (await this.float32(name)).slice(first * width, (first + count) * width)
    const size = DTYPE_BYTES[NPY_DTYPES[dtype]]
    const bytes = new Uint8Array(count * width * size)
    const { handle, size: fileSize } = await openRegularFile(this.path)
    try {
      const at = await dataOffset(handle, fileSize, member, this.path)
      await readExactly(handle, bytes, at + offset + first * width * size, this.path)
    } finally {
      await handle.close()
    }
    const out = new Float32Array(count * width)
    toFloat32(NPY_DTYPES[dtype], bytes, out, 0)
    return out
  }

  /** The elements' bytes, checked against the checksum of the archive. @throws FormatError `file_corrupt`. */
  async raw(name: string): Promise<Uint8Array> {
    const { offset } = this.#header(name)
    const member = this.members.get(name)!
    const { handle, size } = await openRegularFile(this.path)
    try {
      const bytes = await readMember(handle, size, member, this.path)
      if (crc32(bytes) !== member.crc) {
        throw new FormatError('file_corrupt', 'The checksum does not match', { file: this.path, where: member.name })
      }
      // A copy: elements must begin at a multiple of their size.
      return bytes.slice(offset)
    } finally {
      await handle.close()
    }
  }

  #header(name: string): NpyHeader {
    const header = this.headers.get(name)
    if (!header) throw missingTensor(name, this.path, this.names())
    return header
  }
}

const invalid = (file: string, what: string, where = ''): FormatError =>
  new FormatError('npz_invalid', what, {
    file,
    ...(where ? { where } : {}),
    hint: 'The file is damaged or no npz file.',
  })

async function read(handle: FileHandle, from: number, bytes: number, size: number, path: string): Promise<DataView> {
  if (from < 0 || bytes < 0 || from + bytes > size) throw invalid(path, 'A part lies outside the file')
  const target = new Uint8Array(bytes)
  await readExactly(handle, target, from, path)
  return new DataView(target.buffer)
}

async function readDirectory(handle: FileHandle, size: number, path: string): Promise<Map<string, Member>> {
  const tailAt = Math.max(0, size - END.bytes - MAX_COMMENT)
  const tail = await read(handle, tailAt, size - tailAt, size, path)
  let end = tail.byteLength - END.bytes
  while (end >= 0 && tail.getUint32(end, true) !== END.signature) end--
  if (end < 0) throw invalid(path, 'There is no ZIP directory')
  const [count, bytes, offset] = [
    tail.getUint16(end + 10, true),
    tail.getUint32(end + 12, true),
    tail.getUint32(end + 16, true),
  ]
  if (count === 0xffff || offset === 0xffffffff) throw invalid(path, 'ZIP64 files are not read')
  if (count > MAX_MEMBERS)
    throw new FormatError('npz_too_large', `The file holds ${count} arrays; at most ${MAX_MEMBERS} are read`, {
      file: path,
    })
  if (bytes > MAX_DIRECTORY) throw invalid(path, 'The ZIP directory is too large')
  const directory = await read(handle, offset, bytes, size, path)
  const members = new Map<string, Member>()
  let at = 0
  for (let i = 0; i < count; i++) {
    const [member, next] = parseEntry(directory, at, path)
    const name = member.name.replace(/\.npy$/, '')
    if (name === member.name) throw invalid(path, 'A member is no .npy array', member.name)
    if (members.has(name)) throw invalid(path, 'A name is given twice', member.name)
    members.set(name, member)
    at = next
  }
  return members
}

function parseEntry(directory: DataView, at: number, path: string): [Member, number] {
  if (at + ENTRY.bytes > directory.byteLength || directory.getUint32(at, true) !== ENTRY.signature) {
    throw invalid(path, 'The ZIP directory is malformed')
  }
  const u16 = (offset: number) => directory.getUint16(at + offset, true)
  const u32 = (offset: number) => directory.getUint32(at + offset, true)
  const nameEnd = at + ENTRY.bytes + u16(28)
  if (nameEnd > directory.byteLength) throw invalid(path, 'The ZIP directory is malformed')
  const name = new TextDecoder().decode(new Uint8Array(directory.buffer, at + ENTRY.bytes, u16(28)))
  const member = { name, method: u16(10), crc: u32(16), compressed: u32(20), bytes: u32(24), localOffset: u32(42) }
  if ((u16(8) & 1) !== 0) throw invalid(path, 'The member is encrypted', name)
  if (member.method !== STORED && member.method !== DEFLATED) throw invalid(path, 'The compression is not known', name)
  if (member.method === STORED && member.bytes !== member.compressed) throw invalid(path, 'Two lengths disagree', name)
  if (member.method === DEFLATED && member.bytes > MAX_INFLATED) throw invalid(path, 'The member is too large', name)
  return [member, nameEnd + u16(30) + u16(32)]
}

async function dataOffset(handle: FileHandle, size: number, member: Member, path: string): Promise<number> {
  const local = await read(handle, member.localOffset, LOCAL.bytes, size, path)
  if (local.getUint32(0, true) !== LOCAL.signature) throw invalid(path, 'The local header is malformed', member.name)
  return member.localOffset + LOCAL.bytes + local.getUint16(26, true) + local.getUint16(28, true)
}

async function readMember(handle: FileHandle, size: number, member: Member, path: string): Promise<Uint8Array> {
  const at = await dataOffset(handle, size, member, path)
  const view = await read(handle, at, member.compressed, size, path)
  const bytes = new Uint8Array(view.buffer)
  if (member.method === STORED) return bytes
  const inflated = await inflate(bytes, { maxOutputLength: Math.max(1, member.bytes) }).catch((cause: unknown) => {
    throw new FormatError('npz_invalid', 'The member cannot be inflated to its length', {
      file: path,
      where: member.name,
      cause,
    })
  })
  if (inflated.byteLength !== member.bytes) throw invalid(path, 'The member has another length than said', member.name)
  return inflated
}

/** Compressed bytes that surely hold a header. */
const HEADER_INPUT = 2 ** 17

/** The first `wanted` bytes of a deflated member, or all of it; no more is inflated. */
async function inflateStart(
  input: Uint8Array,
  wanted: number,
  where: { file: string; where: string },
): Promise<Uint8Array> {
  const inflating = createInflateRaw({ chunkSize: 2 ** 15, finishFlush: constants.Z_SYNC_FLUSH })
  inflating.end(input)
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const part of inflating as AsyncIterable<Buffer>) {
      parts.push(part)
      length += part.byteLength
      if (length >= wanted) break
    }
  } catch (cause) {
    throw new FormatError('npz_invalid', 'The member cannot be inflated', { ...where, cause })
  }
  return new Uint8Array(Buffer.concat(parts).subarray(0, wanted))
}

/** The array header alone; of a deflated member no more than it is inflated. */
async function readHeader(handle: FileHandle, size: number, member: Member, path: string): Promise<NpyHeader> {
  const where = { file: path, where: member.name }
  const at = await dataOffset(handle, size, member, path)
  const wanted = Math.min(member.bytes, MAX_NPY_HEADER)
  const packed = member.method === DEFLATED
  const stored = await read(handle, at, packed ? Math.min(member.compressed, HEADER_INPUT) : wanted, size, path)
  const start = new Uint8Array(stored.buffer)
  const bytes = packed ? await inflateStart(start, wanted, where) : start
  const header = parseNpyHeader(bytes, where)
  const expected = header.shape.reduce((product, dim) => product * dim, DTYPE_BYTES[NPY_DTYPES[header.dtype]])
  if (member.bytes !== header.offset + expected) throw invalid(path, 'Shape and length disagree', member.name)
  return header
}
