// Columns of numbers as compressed bytes and back: whole numbers as differences, floating-point ones byte plane by byte plane, so that
// equal exponents lie side by side. No meaning of the columns is known here.
import { promisify } from 'node:util'
import { deflateRaw, inflateRawSync } from 'node:zlib'

const pack = promisify(deflateRaw)
/** Longest content that is believed: 64 bytes for each of a million rows. */
const MOST_BYTES = 64 << 20
const LEVEL = 4

/** Writes columns one after the other. */
export class ColumnWriter {
  private readonly parts: Buffer[] = []

  /** Whole numbers, each as its difference to the one before, zigzag in groups of 7 bits. Up to 2^52 in size. */
  integers(column: readonly number[]): this {
    const bytes: number[] = []
    let before = 0
    for (const value of column) {
      const difference = value - before
      before = value
      let rest = difference < 0 ? -2 * difference - 1 : 2 * difference
      while (rest >= 128) {
        bytes.push((rest % 128) | 128)
        rest = Math.floor(rest / 128)
      }
      bytes.push(rest)
    }
    this.parts.push(Buffer.from(bytes))
    return this
  }

  /** Eight planes: all first bytes, then all second ones … */
  floats(column: readonly number[]): this {
    const plain = new Uint8Array(Float64Array.from(column).buffer)
    const planes = Buffer.allocUnsafe(plain.length)
    const n = column.length
    for (let i = 0; i < n; i++) for (let b = 0; b < 8; b++) planes[b * n + i] = plain[8 * i + b] as number
    this.parts.push(planes)
    return this
  }

  bytes(): Promise<Buffer> {
    return pack(Buffer.concat(this.parts), { level: LEVEL })
  }
}

/** Reads columns in the order in which they were written. */
export class ColumnReader {
  private at = 0
  private constructor(private readonly data: Buffer) {}

  /** Here and now: a chart reads hundreds of small rows, and each way to another thread and back takes longer than one of them. */
  static of(data: Uint8Array): ColumnReader {
    return new ColumnReader(inflateRawSync(data, { maxOutputLength: MOST_BYTES }))
  }

  integers(n: number): number[] {
    const column = new Array<number>(n)
    let before = 0
    for (let i = 0; i < n; i++) {
      let value = 0
      let scale = 1
      for (;;) {
        const byte = this.data[this.at++]
        if (byte === undefined) throw new Error('stored values end in the middle of a number')
        value += (byte & 127) * scale
        if (byte < 128) break
        scale *= 128
      }
      before += value % 2 === 0 ? value / 2 : -(value + 1) / 2
      column[i] = before
    }
    return column
  }

  floats(n: number): number[] {
    if (this.at + 8 * n > this.data.length) throw new Error('stored values end in the middle of a column')
    const plain = new Uint8Array(8 * n)
    for (let b = 0; b < 8; b++) {
      const plane = this.at + b * n
      for (let i = 0; i < n; i++) plain[8 * i + b] = this.data[plane + i] as number
    }
    this.at += 8 * n
    return Array.from(new Float64Array(plain.buffer))
  }
}
