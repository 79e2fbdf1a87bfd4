// Edits of rows that several people may hold open: an edit that was written over another version is refused with what is there now.
import { createHash } from 'node:crypto'
import { AppError } from '@mistudio/contracts'
import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import type { Request } from 'express'

const VERSION_CHARACTERS = 16

/** Version of what can be edited of a row: the same text has the same version, whoever wrote it and when. */
export const versionOf = (editable: object): string =>
  createHash('sha256').update(JSON.stringify(editable)).digest('base64url').slice(0, VERSION_CHARACTERS)

/** The version that the editor saw, out of `If-Match`; null when the request names none, or any (`*`). */
export const Seen = createParamDecorator((_: unknown, context: ExecutionContext): string | null => {
  const given = context.switchToHttp().getRequest<Request>().headers['if-match']
  if (given === undefined || given.trim() === '*') return null
  return given
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1')
})

/**
 * Proves that the row still is as its editor saw it. Call it with the row locked.
 * @throws AppError `edited_meanwhile` with the row's present text and version.
 */
export function requireSeen(seen: string | null, editable: object): void {
  const version = versionOf(editable)
  if (seen === null || seen === version) return
  const message =
    'Somebody else changed this while you wrote. Look at what is there now, then keep it or write yours over it.'
  throw new AppError('edited_meanwhile', message, { current: { ...editable, version } })
}
