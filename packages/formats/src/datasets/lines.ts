// Cutting a byte stream into lines, with a limit that holds while a line is still growing.

export interface ByteLine {
  /** 1-based. */
  readonly line: number
  /** Without the line ending; null when the line was longer than the limit (its bytes are dropped). */
  readonly bytes: Buffer | null
}

const NEWLINE = 0x0a
const RETURN = 0x0d
const EMPTY = Buffer.alloc(0)

/** Where line breaks lie in a chunk: from, and where the next line begins. */
function* breaksOf(chunk: Buffer, start: number): Generator<readonly [at: number, next: number]> {
  let newline = chunk.indexOf(NEWLINE, start)
  let carriage = chunk.indexOf(RETURN, start)
  while (newline >= 0 || carriage >= 0) {
    const returned = carriage >= 0 && (newline < 0 || carriage < newline)
    const at = returned ? carriage : newline
    const next = returned && chunk[at + 1] === NEWLINE ? at + 2 : at + 1
    yield [at, next]
    if (newline >= 0 && newline < next) newline = chunk.indexOf(NEWLINE, next)
    if (carriage >= 0 && carriage < next) carriage = chunk.indexOf(RETURN, next)
  }
}

/** Lines of `chunks`, a batch per chunk. `\n`, `\r\n` and `\r` end a line, also mixed. */
export async function* readLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<ByteLine[]> {
  let line = 0
  let pending: Buffer[] = []
  let pendingBytes = 0
  let tooLong = false
  /** The last chunk ended with a carriage return, whose line feed may still come. */
  let returned = false

  const keep = (part: Buffer): void => {
    pendingBytes += part.byteLength
    if (pendingBytes > maxBytes) {
      tooLong = true
      pending = []
    } else if (part.byteLength > 0) pending.push(part)
  }
  const end = (): ByteLine => {
    line++
    const whole = pending.length === 0 ? EMPTY : pending.length === 1 ? pending[0]! : Buffer.concat(pending)
    const bytes = tooLong ? null : whole
    pending = []
    pendingBytes = 0
    tooLong = false
    return { line, bytes }
  }

  for await (const chunk of chunks) {
    if (chunk.byteLength === 0) continue
    const batch: ByteLine[] = []
    let from = returned && chunk[0] === NEWLINE ? 1 : 0
    for (const [at, next] of breaksOf(chunk, from)) {
      keep(chunk.subarray(from, at))
      batch.push(end())
      from = next
    }
    returned = chunk.at(-1) === RETURN
    keep(chunk.subarray(from))
    if (batch.length > 0) yield batch
  }
  if (pendingBytes > 0) yield [end()]
}
