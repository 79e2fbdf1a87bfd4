// Cutting a byte stream into lines, with a limit that holds while a line is still growing.

export interface ByteLine {
  /** 1-based. */
  readonly line: number
  /** Without the line ending; null when the line was longer than the limit (its bytes are dropped). */
  readonly bytes: Buffer | null
}

const NEWLINE = 0x0a
const RETURN = 0x0d

/** Lines of `chunks`, a batch per chunk. `\n` and `\r\n` end a line. */
export async function* readLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<ByteLine[]> {
  let line = 0
  let pending: Buffer[] = []
  let pendingBytes = 0
  let tooLong = false

  const keep = (part: Buffer): void => {
    pendingBytes += part.byteLength
    if (pendingBytes > maxBytes) {
      tooLong = true
      pending = []
    } else if (part.byteLength > 0) pending.push(part)
  }
  const end = (): ByteLine => {
    line++
    const whole = pending.length === 1 ? pending[0]! : Buffer.concat(pending)
    const bytes = tooLong ? null : whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole
    pending = []
    pendingBytes = 0
    tooLong = false
    return { line, bytes }
  }

  for await (const chunk of chunks) {
    const batch: ByteLine[] = []
    let from = 0
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, to))
      batch.push(end())
      from = to + 1
    }
    keep(chunk.subarray(from))
    if (batch.length > 0) yield batch
  }
  if (pendingBytes > 0) yield [end()]
}
