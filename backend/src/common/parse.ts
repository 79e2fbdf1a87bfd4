// Checks outside data against a contract; a mismatch becomes `validation_failed` with one issue per wrong field.
import { AppError } from '@mistudio/contracts'
import type { z } from 'zod'

export interface Issue {
  readonly path: string
  readonly message: string
}

export const issuesOf = (error: z.ZodError): Issue[] =>
  error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }))

/** Parses `value` that came with a request; `what` names it in the message, for example "The body". */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issues = issuesOf(parsed.error)
  const first = issues[0]
  const where = first?.path ? ` "${first.path}":` : ':'
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  throw new AppError(
    'validation_failed',
    `${what} is not valid:${where === ':' ? '' : where} ${first?.message}${more}`,
    {
      issues,
    },
  )
}
