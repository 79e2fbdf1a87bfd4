// The tail of a run: values in the order in which they came, not yet in chunks. Records of 20 bytes, big-endian, so that plain SQL can
// write them too (a migration does).

/** A value of the metric number `ord` of its run. */
export interface TailValue {
  readonly ord: number
  readonly step: number
  readonly value: number
}

const RECORD = 20

export function packTail(values: readonly TailValue[]): Buffer {
  const data = Buffer.allocUnsafe(RECORD * values.length)
  for (const [i, { ord, step, value }] of values.entries()) {
    data.writeInt32BE(ord, RECORD * i)
    data.writeBigInt64BE(BigInt(step), RECORD * i + 4)
    data.writeDoubleBE(value, RECORD * i + 12)
  }
  return data
}

/** Calls back with every value of a metric that is wanted. */
export function readTail(data: Buffer, take: (ord: number, step: number, value: number) => void): void {
  if (data.length % RECORD !== 0) throw new Error('a row of the tail of a run has a broken length')
  for (let at = 0; at < data.length; at += RECORD) {
    const step = data.readInt32BE(at + 4) * 2 ** 32 + data.readUInt32BE(at + 8)
    take(data.readInt32BE(at), step, data.readDoubleBE(at + 12))
  }
}

export const tailLength = (data: Buffer): number => data.length / RECORD
