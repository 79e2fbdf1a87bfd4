// Statements that came too late: another request deleted or made what they rest on. A rule of the database says so, and it is nobody's fault.
import { AppError } from '@mistudio/contracts'
import { z } from 'zod'

const MESSAGES: Readonly<Record<string, { code: 'conflict' | 'not_found'; message: string }>> = {
  P2002: { code: 'conflict', message: 'Somebody made the same thing at this moment. Reload and look at it.' },
  P2003: {
    code: 'conflict',
    message: 'Something that this needs was deleted at this moment. Reload and choose again.',
  },
  P2025: { code: 'not_found', message: 'It was deleted at this moment.' },
}
/** SQLSTATE of the same, where a statement went past Prisma. */
const SAME: Readonly<Record<string, string>> = { 23503: 'P2003', 23505: 'P2002' }

/** The conflict behind a refused statement; null when the database refused it for another reason. */
export function overtakenError(thrown: unknown): AppError | null {
  const parsed = z.object({ code: z.string() }).safeParse(thrown)
  if (!parsed.success) return null
  const { code } = parsed.data
  const found = MESSAGES[SAME[code] ?? code]
  return found ? new AppError(found.code, found.message, undefined, { cause: thrown }) : null
}
