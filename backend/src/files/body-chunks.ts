// Reads a body as it comes and gives up on one that stands still. There is no limit to how long a body may take as long as it moves.
import type { Readable } from 'node:stream'
import { AppError } from '@mistudio/contracts'

/** Without a byte for this long an upload counts as broken off. */
const IDLE_MS = 60_000

/** The chunks of `body`. @throws AppError `request_timeout` when none comes for `idleMs`; the connection is left for the answer. */
export async function* chunksOf(body: Readable, idleMs = IDLE_MS): AsyncGenerator<Buffer> {
  const chunks = body.iterator({ destroyOnReturn: false })
  for (;;) {
    const next = await withinIdle(chunks.next(), idleMs)
    if (next.done) return
    yield next.value
  }
}

function withinIdle<T>(next: Promise<T>, idleMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const message = `No byte arrived for ${Math.round(idleMs / 1000)} s. What came before is kept; send the rest.`
      reject(new AppError('request_timeout', message))
    }, idleMs)
    next.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
