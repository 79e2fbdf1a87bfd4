// What went wrong around the work rather than in it: a server is away, everything is busy, a disk is full. The one reader of the
// codes of drivers and of the system, for the backend's answers and the worker's jobs alike. Knows no driver: it reads what is thrown.
import { z } from 'zod'
import { AppError } from './errors.js'

/** away: a server does not answer, or not yet. busy: it answers that there is no room for more work now. full: no room on the disk. */
export type Trouble = 'away' | 'busy' | 'full'

/** Socket errors; SQLSTATE classes "connection exception" and "shutting down, crashed or starting"; Prisma's own for the same. */
const AWAY_CODE =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08\w{3}|57P0\d|P100[128]|P1017)$/
/** Class "insufficient resources" but the disk, locks and deadlocks, cancelled statements; Prisma's time-outs; open files. */
const BUSY_CODE = /^(53[02-9]\w{2}|55P03|57014|40001|40P01|P2024|P2028|P2034|EMFILE|ENFILE)$/
const FULL_CODE = /^(ENOSPC|EDQUOT|53100)$/
/** What Prisma's adapter makes of some of these codes before anybody sees them. */
const KINDS: Readonly<Record<string, Trouble>> = {
  DatabaseNotReachable: 'away',
  ConnectionClosed: 'away',
  SocketTimeout: 'away',
  TooManyConnections: 'busy',
  TransactionWriteConflict: 'busy',
}
/** Losses and time-outs that the drivers tell in words only: pg, pg-pool and ioredis. */
const AWAY_WORDS =
  /Connection terminated|Client has encountered a connection error|Connection is closed\.|Stream isn't writeable|max retries per request|after calling end on the pool/
const BUSY_WORDS = /timeout exceeded when trying to connect/

const Text = z.string().optional().catch(undefined)
const Thrown = z.object({
  code: Text,
  originalCode: Text,
  kind: Text,
  message: Text,
  cause: z.unknown().optional(),
  meta: z.object({ driverAdapterError: z.unknown().optional() }).optional().catch(undefined),
  errors: z.array(z.unknown()).optional().catch(undefined),
})
/** Errors that wrap errors that wrap …: none of ours goes deeper, and a circle ends here. */
const DEPTH = 6

/** The trouble behind anything thrown, however deep a library wrapped it; null when the fault is another. */
export function troubleOf(thrown: unknown, depth = DEPTH): Trouble | null {
  if (depth === 0 || thrown instanceof AppError) return null
  const parsed = Thrown.safeParse(thrown)
  if (!parsed.success) return null
  const { code, originalCode, kind, message, cause, meta, errors = [] } = parsed.data
  const inside = [cause, meta?.driverAdapterError, ...errors]
  // From the inside out: the driver's own code says more than the wrapper's.
  for (const one of inside) {
    const found = troubleOf(one, depth - 1)
    if (found) return found
  }
  return ofCode(originalCode) ?? ofCode(code) ?? (kind ? KINDS[kind] : undefined) ?? ofWords(message)
}

function ofCode(code: string | undefined): Trouble | null {
  if (code === undefined) return null
  if (FULL_CODE.test(code)) return 'full'
  if (BUSY_CODE.test(code)) return 'busy'
  return AWAY_CODE.test(code) ? 'away' : null
}

function ofWords(message: string | undefined): Trouble | null {
  if (message === undefined) return null
  if (BUSY_WORDS.test(message)) return 'busy'
  return AWAY_WORDS.test(message) ? 'away' : null
}

const ERRORS: Readonly<Record<Trouble, () => AppError>> = {
  away: () =>
    new AppError(
      'unavailable',
      'The database or its queue does not answer: it starts, restarts or is down. Try again in a moment; System shows which part is away.',
    ),
  busy: () => new AppError('unavailable', 'Too much is asked of this server at once. Try again in a moment.'),
  full: () =>
    new AppError(
      'disk_full',
      'The disk is full, so this could not be stored. Free some space in the data folder (System shows it), then try again.',
    ),
}

/** The trouble as the error that a user sees; null when the fault is another. */
export function troubleError(thrown: unknown): AppError | null {
  const trouble = troubleOf(thrown)
  return trouble && Object.assign(ERRORS[trouble](), { cause: thrown })
}
