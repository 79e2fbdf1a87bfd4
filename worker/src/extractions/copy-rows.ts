// Rows in PostgreSQL's binary COPY format, and their way into a table. Source: PostgreSQL manual, COPY, "Binary
// Format". Binary, because floats travel exactly and no text needs escaping. Knows column types, not tables.
import { once } from 'node:events'
import type { PoolClient } from 'pg'
import { openCopy } from './rows.js'

const OID = { int4: 23, text: 25, float4: 700, float8: 701 } as const
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const TRAILER = Buffer.from([0xff, 0xff])
/** Bytes gathered before they are handed to the connection. */
const CHUNK = 2 ** 20

/**
 * PostgreSQL stores no NUL character: it becomes U+2400 (the symbol for it). Unpaired surrogates become U+FFFD when
 * encoded.
 */
function storableText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u2400') : text
}

const viewOf = (buffer: Buffer): DataView => new DataView(buffer.buffer, buffer.byteOffset, buffer.length)

/** Encodes tuples one field after the other, in the order of the COPY statement's columns. */
export class CopyRows {
  private buffer = Buffer.alloc(2 * CHUNK)
  private view = viewOf(this.buffer)
  private at = 0
  /** Rows begun so far. */
  count = 0

  /** Begins a tuple of `fields` fields. */
  row(fields: number): this {
    this.reserve(2)
    this.view.setInt16(this.at, fields)
    this.at += 2
    this.count++
    return this
  }

  null(): this {
    return this.int32(-1)
  }

  /** A uuid in its usual text form. */
  uuid(value: string): this {
    this.int32(16)
    this.reserve(16)
    this.at += this.buffer.write(value.replaceAll('-', ''), this.at, 'hex')
    return this
  }

  int4(value: number): this {
    return this.int32(4).int32(value)
  }

  int8(value: number): this {
    this.int32(8)
    this.reserve(8)
    this.view.setBigInt64(this.at, BigInt(value))
    this.at += 8
    return this
  }

  float4(value: number): this {
    this.int32(4)
    this.reserve(4)
    this.view.setFloat32(this.at, value)
    this.at += 4
    return this
  }

  float8(value: number): this {
    this.int32(8)
    this.reserve(8)
    this.view.setFloat64(this.at, value)
    this.at += 8
    return this
  }

  text(value: string): this {
    this.reserve(4 + 3 * value.length)
    const bytes = this.ascii(value) ?? this.buffer.write(storableText(value), this.at + 4, 'utf8')
    this.view.setInt32(this.at, bytes)
    this.at += 4 + bytes
    return this
  }

  /** A value as jsonb. NUL characters are replaced as in texts. */
  json(value: unknown): this {
    const text = JSON.stringify(value, (_, item: unknown) => (typeof item === 'string' ? storableText(item) : item))
    const bytes = Buffer.byteLength(text)
    this.int32(bytes + 1)
    this.reserve(1 + bytes)
    this.buffer[this.at++] = 1
    this.at += this.buffer.write(text, this.at, 'utf8')
    return this
  }

  int4Array(values: ArrayLike<number>): this {
    return this.array(values.length, OID.int4, 8 * values.length, () => {
      for (let i = 0; i < values.length; i++) this.int32(4).int32(values[i]!)
    })
  }

  float4Array(values: ArrayLike<number>): this {
    return this.array(values.length, OID.float4, 8 * values.length, () => {
      for (let i = 0; i < values.length; i++) this.float4(values[i]!)
    })
  }

  float8Array(values: ArrayLike<number>): this {
    return this.array(values.length, OID.float8, 12 * values.length, () => {
      for (let i = 0; i < values.length; i++) this.float8(values[i]!)
    })
  }

  textArray(values: readonly string[]): this {
    return this.array(values.length, OID.text, null, () => {
      for (const value of values) this.text(value)
    })
  }

  /** Bytes waiting to be taken. */
  get pending(): number {
    return this.at
  }

  /** Hands over what is encoded; the room is used again, so the bytes are a copy. */
  take(): Buffer {
    const bytes = Buffer.from(this.buffer.subarray(0, this.at))
    this.at = 0
    return bytes
  }

  private int32(value: number): this {
    this.reserve(4)
    this.view.setInt32(this.at, value)
    this.at += 4
    return this
  }

  /** Writes a short plain text after the length's place without the detour of the encoder; null when it is not one. */
  private ascii(text: string): number | null {
    if (text.length > 64) return null
    const start = this.at + 4
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code === 0 || code > 127) return null
      this.buffer[start + i] = code
    }
    return text.length
  }

  /**
   * One-dimensional array: dimensions, null flag, element type, length, lower bound, elements. An empty array has no
   * dimension.
   */
  private array(length: number, oid: number, bytes: number | null, write: () => void): this {
    const sizeAt = this.at
    this.int32(0)
    if (length === 0) this.int32(0).int32(0).int32(oid)
    else {
      this.int32(1).int32(0).int32(oid).int32(length).int32(1)
      if (bytes !== null) this.reserve(bytes)
      write()
    }
    this.view.setInt32(sizeAt, this.at - sizeAt - 4)
    return this
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return
    const larger = Buffer.alloc(Math.max(2 * this.buffer.length, this.at + bytes))
    this.buffer.copy(larger, 0, 0, this.at)
    this.buffer = larger
    this.view = viewOf(larger)
  }
}

/** A running COPY: encode rows with `rows`, then `drain` between rows to hand them on. */
export class CopyInto {
  readonly rows = new CopyRows()
  private readonly stream
  private failure: Error | null = null
  private readonly ended: Promise<void>

  /** @param columns identifiers already quoted where needed. */
  constructor(client: PoolClient, table: string, columns: readonly string[]) {
    this.stream = openCopy(client, table, columns)
    this.ended = new Promise((resolve) => {
      this.stream.once('finish', resolve)
      this.stream.on('error', (error) => {
        this.failure = error
        resolve()
      })
    })
    this.stream.write(SIGNATURE)
  }

  /** Hands on what has gathered, if enough; waits when the server is slower. @throws the server's error. */
  async drain(): Promise<void> {
    if (this.failure) throw this.failure
    if (this.rows.pending < CHUNK) return
    if (!this.stream.write(this.rows.take())) await Promise.race([once(this.stream, 'drain'), this.ended])
    if (this.failure) throw this.failure
  }

  /** Sends the rest and waits until the server has taken all. @throws the server's error. */
  async finish(): Promise<void> {
    this.stream.write(this.rows.take())
    this.stream.end(TRAILER)
    await this.ended
    if (this.failure) throw this.failure
  }

  /** Breaks the COPY off; the server drops what it took. */
  async abort(): Promise<void> {
    this.stream.destroy()
    await this.ended
  }
}
