// A tiny parquet writer for tests, from the format's specification: required columns of text or int64, PLAIN encoding, one page per
// column chunk, uncompressed or gzip. Thrift's compact protocol is written by hand.
import { gzipSync } from 'node:zlib'

type Thrift =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly text: string }
  | { readonly list: readonly Thrift[] }
  | { readonly fields: Readonly<Record<number, Thrift>> }

const I32 = 5
const I64 = 6
const BINARY = 8
const LIST = 9
const STRUCT = 12

function typeOf(value: Thrift): number {
  if ('i32' in value) return I32
  if ('i64' in value) return I64
  return 'text' in value ? BINARY : 'list' in value ? LIST : STRUCT
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 127) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  return [...bytes, rest]
}

function encode(value: Thrift): number[] {
  if ('i32' in value) return varint(value.i32 * 2)
  if ('i64' in value) return varint(value.i64 * 2)
  if ('text' in value) {
    const bytes = Buffer.from(value.text)
    return [...varint(bytes.length), ...bytes]
  }
  if ('list' in value) return [(value.list.length << 4) | typeOf(value.list[0]!), ...value.list.flatMap(encode)]
  let last = 0
  const bytes = Object.entries(value.fields).flatMap(([id, field]) => {
    const step = Number(id) - last
    last = Number(id)
    return [(step << 4) | typeOf(field), ...encode(field)]
  })
  return [...bytes, 0]
}

const i = (value: number): Thrift => ({ i32: value })
const big = (value: number): Thrift => ({ i64: value })
const text = (value: string): Thrift => ({ text: value })
const list = (...values: Thrift[]): Thrift => ({ list: values })
const struct = (fields: Record<number, Thrift>): Thrift => ({ fields })

export type Column = { readonly name: string; readonly groups: readonly (readonly (string | Uint8Array | bigint)[])[] }

/** A parquet file of `columns`, each with the same row groups. */
export function parquetBytes(columns: readonly Column[], gzip = false): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from('PAR1')]
  let position = 4
  const add = (bytes: Uint8Array): number => {
    parts.push(bytes)
    position += bytes.byteLength
    return position - bytes.byteLength
  }
  const isNumber = (column: Column): boolean => typeof column.groups[0]?.[0] === 'bigint'
  const groups = columns[0]!.groups.map((rows, group) => {
    const chunks = columns.map((column) => {
      const values = Buffer.concat(column.groups[group]!.map(plain))
      const page = gzip ? gzipSync(values) : values
      const dataHeader = struct({ 1: i(rows.length), 2: i(0), 3: i(3), 4: i(3) })
      const header = Uint8Array.from(encode(struct({ 1: i(0), 2: i(values.length), 3: i(page.length), 5: dataHeader })))
      const offset = add(header)
      add(page)
      const common = {
        1: i(isNumber(column) ? 2 : 6),
        2: list(i(0)),
        3: list(text(column.name)),
        4: i(gzip ? 2 : 0),
        5: big(rows.length),
      }
      const sizes = { 6: big(header.length + values.length), 7: big(header.length + page.length), 9: big(offset) }
      return struct({ 2: big(offset), 3: struct({ ...common, ...sizes }) })
    })
    return struct({ 1: list(...chunks), 2: big(0), 3: big(rows.length) })
  })
  const rows = columns[0]!.groups.reduce((sum, group) => sum + group.length, 0)
  const root = struct({ 4: text('schema'), 5: i(columns.length) })
  const leaves = columns.map((column) =>
    struct(
      isNumber(column)
        ? { 1: i(2), 3: i(0), 4: text(column.name) }
        : { 1: i(6), 3: i(0), 4: text(column.name), 6: i(0) },
    ),
  )
  const footer = Uint8Array.from(
    encode(struct({ 1: i(1), 2: list(root, ...leaves), 3: big(rows), 4: list(...groups) })),
  )
  const tail = Buffer.alloc(8)
  tail.writeUInt32LE(footer.length, 0)
  tail.write('PAR1', 4)
  add(footer)
  add(tail)
  return Buffer.concat(parts)
}

function plain(value: string | Uint8Array | bigint): Buffer {
  if (typeof value === 'bigint') {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(value)
    return bytes
  }
  const bytes = Buffer.from(value as string)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length, bytes])
}
