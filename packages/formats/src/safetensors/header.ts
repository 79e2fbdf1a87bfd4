// The header of a safetensors file: 8 bytes of length, then JSON. Everything is checked before any tensor is read:
// sizes, dtypes, overflow, order and cover of the byte ranges (https://github.com/huggingface/safetensors, "Format").
import { FormatError } from '../errors.js'
import { findDuplicateKey, openingsOf, placeInJson } from '../files/json.js'
import { DTYPE_BYTES, isDtype, type SafetensorsDtype } from './dtypes.js'

/** Longest header accepted, some 90,000 tensors: about 130 MB of memory and a second while it is read. Real ones stay below 2 MB. */
export const MAX_HEADER_BYTES = 12_000_000
/** Tensors of one file: real ones hold some thousands. */
const MAX_TENSORS = 100_000
const MAX_RANK = 16

export interface TensorEntry {
  readonly dtype: SafetensorsDtype
  readonly shape: readonly number[]
  /** Byte offset of the first element, from the start of the file. */
  readonly offset: number
  /** Bytes. */
  readonly bytes: number
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>
  readonly metadata: Readonly<Record<string, string>>
}

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Length in bytes of the JSON part, from the first 8 bytes of the file.
 * Errors: `safetensors_header_truncated`, `safetensors_header_too_large`.
 */
export function headerLength(prefix: Uint8Array, fileSize: number, file: string): number {
  if (prefix.byteLength < 8 || fileSize < 8)
    throw new FormatError('safetensors_header_truncated', `The file has ${fileSize} bytes; a header length needs 8`, {
      file,
      hint: 'It was cut off or is not a safetensors file.',
    })
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true)
  if (length > BigInt(MAX_HEADER_BYTES))
    throw new FormatError(
      'safetensors_header_too_large',
      `The header claims ${length} bytes; at most ${MAX_HEADER_BYTES} are accepted`,
      {
        file,
        hint: 'This is probably not a safetensors file.',
      },
    )
  if (8 + Number(length) > fileSize)
    throw new FormatError(
      'safetensors_header_truncated',
      `The header claims ${length} bytes, the file has ${fileSize}`,
      {
        file,
        hint: 'The file was cut off; copy or download it again.',
      },
    )
  return Number(length)
}

/** Checks and indexes the JSON part (`json`, without the length prefix) of a file of `fileSize` bytes. */
export function parseHeader(json: Uint8Array, fileSize: number, file: string): SafetensorsHeader {
  const fields = parseFields(json, file)
  const dataStart = 8 + json.byteLength
  const tensors = new Map<string, TensorEntry>()
  let metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (name === '__metadata__') {
      metadata = parseMetadata(value, file)
    } else tensors.set(name, parseEntry(name, value, dataStart, fileSize, file))
  }
  checkRanges(tensors, dataStart, fileSize, file)
  return { tensors, metadata }
}

/** Counted before anything is built of them: every tensor is one object that holds two lists. */
function requireFew(json: Uint8Array, file: string): void {
  if (openingsOf(json) > 3 * MAX_TENSORS + 2)
    throw new FormatError('safetensors_header_too_large', `The header names more than ${MAX_TENSORS} tensors`, {
      file,
      hint: 'This is probably not a safetensors file.',
    })
}

function parseFields(json: Uint8Array, file: string): object {
  requireFew(json, file)
  let text: string
  let value: unknown
  try {
    text = STRICT_UTF8.decode(json)
    value = JSON.parse(text)
  } catch (error) {
    throw invalid(`The header is not JSON${placeInJson(error)}`, file, undefined, error)
  }
  if (!text.startsWith('{') || typeof value !== 'object' || value === null)
    throw invalid('The header is not a JSON object', file)
  const twice = findDuplicateKey(text)
  if (twice !== undefined)
    throw new FormatError('safetensors_duplicate_key', `The header names "${twice}" twice`, {
      file,
      hint: 'The file is ambiguous and may be hostile; get it from its author again.',
    })
  return value
}

function parseMetadata(value: unknown, file: string): Record<string, string> {
  if (!isObject(value) || !Object.values(value).every((text) => typeof text === 'string'))
    throw invalid('__metadata__ may hold only texts', file, '__metadata__')
  return value as Record<string, string>
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/**
 * The three fields of an entry. Checked by hand and up to the first fault: a schema would collect every fault of a list of millions.
 */
function entryFields(
  name: string,
  value: unknown,
  file: string,
): { dtype: string; shape: readonly number[]; offsets: readonly [number, number] } {
  const malformed = (what: string): FormatError =>
    invalid(`A tensor's entry is malformed: ${what}`, file, `tensor ${name}`)
  if (!isObject(value)) throw malformed('it is no object')
  const { dtype, shape, data_offsets } = value
  if (typeof dtype !== 'string') throw malformed('dtype is no text')
  if (!Array.isArray(shape) || shape.length > MAX_RANK || !shape.every(isSize))
    throw malformed(`shape is no list of at most ${MAX_RANK} whole numbers from 0`)
  if (!Array.isArray(data_offsets) || data_offsets.length !== 2 || !data_offsets.every(isSize))
    throw malformed('data_offsets are not two whole numbers from 0')
  if (Object.keys(value).length !== 3) throw malformed('it has more fields than dtype, shape and data_offsets')
  return { dtype, shape, offsets: data_offsets as unknown as [number, number] }
}

function parseEntry(name: string, value: unknown, dataStart: number, fileSize: number, file: string): TensorEntry {
  const { dtype, shape, offsets } = entryFields(name, value, file)
  if (!isDtype(dtype))
    throw new FormatError('safetensors_dtype_unknown', `The dtype "${dtype}" is not known`, {
      file,
      where: `tensor ${name}`,
      hint: `Known are ${Object.keys(DTYPE_BYTES).join(', ')}.`,
    })
  const [start, end] = offsets
  const bytes = shape.reduce((product, n) => product * n, DTYPE_BYTES[dtype])
  if (!Number.isSafeInteger(bytes) || end - start !== bytes)
    throw new FormatError(
      'safetensors_shape_mismatch',
      `${dtype} [${shape.join(', ')}] needs ${bytes} bytes, the header gives ${end - start}`,
      {
        file,
        where: `tensor ${name}`,
      },
    )
  if (dataStart + end > fileSize)
    throw new FormatError(
      'safetensors_file_truncated',
      `The tensor ends at byte ${dataStart + end}, the file at ${fileSize}`,
      {
        file,
        where: `tensor ${name}`,
        hint: 'The file was cut off; copy or download it again.',
      },
    )
  return { dtype, shape, offset: dataStart + start, bytes }
}

/** The ranges must tile the data without gaps, overlaps or a tail: nothing may hide in the file. */
function checkRanges(
  tensors: ReadonlyMap<string, TensorEntry>,
  dataStart: number,
  fileSize: number,
  file: string,
): void {
  const sorted = [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.bytes - b.bytes)
  let at = dataStart
  for (const [name, entry] of sorted) {
    if (entry.offset !== at)
      throw new FormatError(
        'safetensors_ranges_invalid',
        `The tensor starts at byte ${entry.offset}, expected ${at} (${entry.offset > at ? 'a gap' : 'an overlap'})`,
        {
          file,
          where: `tensor ${name}`,
        },
      )
    at += entry.bytes
  }
  if (at !== fileSize)
    throw new FormatError('safetensors_ranges_invalid', `The tensors end at byte ${at}, the file at ${fileSize}`, {
      file,
      hint: 'Bytes that belong to no tensor are not accepted.',
    })
}

const invalid = (what: string, file: string, where?: string, cause?: unknown): FormatError =>
  new FormatError('safetensors_header_invalid', what, { file, ...(where ? { where } : {}), cause })
