// Trying again: which failures may pass, how long to wait, and when to give up. The waiting ends at once when the job is interrupted.
import { AppError } from '@mistudio/contracts'

export interface Timing {
  /** First wait in ms; it doubles with each failure in a row, up to `capMs`, and is spread by a random factor of 0.5 to 1. */
  readonly baseMs: number
  readonly capMs: number
  /** Failures in a row without any new byte after which we give up. */
  readonly attempts: number
  /** Longest silence of the other side in ms, before an answer and between bytes. */
  readonly stallMs: number
  /** Fewer bytes than this within `paceMs` count as silence: a trickle would never end. */
  readonly paceBytes: number
  readonly paceMs: number
  /** Longest Retry-After that is waited for; a longer one fails with a message. */
  readonly maxRetryAfterMs: number
}

const PACE = { paceBytes: 16 * 1024, paceMs: 60_000 }
/** For downloads: a connection that is away for about two minutes is survived. */
export const PATIENT: Timing = {
  baseMs: 1000,
  capMs: 30_000,
  attempts: 8,
  stallMs: 30_000,
  ...PACE,
  maxRetryAfterMs: 900_000,
}
/** For questions, while a person waits at most 25 s. */
export const BRISK: Timing = { baseMs: 300, capMs: 1000, attempts: 2, stallMs: 8000, ...PACE, maxRetryAfterMs: 3000 }

/** A failure that may pass by itself. `advanced`: some bytes arrived before it, so the count of failures starts anew. */
export class PassingError extends Error {
  constructor(
    readonly code: 'hub_unreachable' | 'hub_busy',
    message: string,
    readonly about: {
      readonly retryAfterMs?: number | null
      readonly advanced?: boolean
      readonly cause?: unknown
    } = {},
  ) {
    super(message, { cause: about.cause })
    this.name = 'PassingError'
  }
}

/** Milliseconds that a Retry-After header asks for (seconds or an HTTP date, RFC 9110 §10.2.3); null when it says nothing usable. */
export function retryAfterMs(header: string | null, now = Date.now()): number | null {
  if (header === null) return null
  if (/^\d{1,9}$/.test(header.trim())) return Number(header.trim()) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

/** Waits; rejects with the signal's reason when it is aborted first. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const stop = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}

/** Wait before attempt `failures + 1`. */
const backoff = ({ baseMs, capMs }: Timing, failures: number): number =>
  Math.min(capMs, baseMs * 2 ** (failures - 1)) * (0.5 + Math.random() / 2)

export interface Patience {
  readonly timing: Timing
  readonly signal: AbortSignal
  /** Told before each wait. */
  readonly onWait?: (ms: number, why: PassingError) => void
}

/** Runs `work` until it succeeds, fails for good, or failed too often in a row. @throws AppError, or whatever is no PassingError. */
export async function withRetries<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
  const { timing, signal, onWait } = patience
  let failures = 0
  for (;;) {
    try {
      signal.throwIfAborted()
      return await work()
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (!(error instanceof PassingError)) throw error
      failures = error.about.advanced ? 1 : failures + 1
      const asked = error.about.retryAfterMs ?? 0
      if (asked > timing.maxRetryAfterMs || failures >= timing.attempts) throw givenUp(error, asked)
      const ms = Math.max(asked, backoff(timing, failures))
      onWait?.(ms, error)
      await wait(ms, signal)
    }
  }
}

function givenUp(error: PassingError, askedMs: number): AppError {
  const minutes = Math.ceil(askedMs / 60_000)
  const next =
    askedMs > 0
      ? `It asks to wait ${minutes < 2 ? `${Math.ceil(askedMs / 1000)} s` : `${minutes} minutes`}; retry after that. A token of yours raises the limits.`
      : error.code === 'hub_unreachable'
        ? 'Check the network, or set HF_ENDPOINT to a mirror that this computer reaches, then retry: what arrived is kept.'
        : 'Retry later: what arrived is kept.'
  return new AppError(error.code, `${error.message} ${next}`, undefined, { cause: error })
}
