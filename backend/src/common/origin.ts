// Origin check: a browser page of another site may not change anything here nor open a socket.
import type { IncomingMessage } from 'node:http'
import { AppError } from '@mistudio/contracts'
import type { NextFunction, Request, Response } from 'express'

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a request with these headers may act. No Origin header: not a browser page, left to authentication. */
export function originAllowed(request: Pick<IncomingMessage, 'headers'>, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers
  if (origin === undefined) return true
  if (allowed.includes(origin)) return true
  return URL.canParse(origin) && new URL(origin).host === host
}

export const changesState = (method: string): boolean => !READING.has(method)

/** Middleware that refuses state-changing requests of foreign pages. */
export const checkOrigin =
  (allowed: readonly string[]) =>
  (request: Request, _response: Response, next: NextFunction): void => {
    const refused = changesState(request.method) && !originAllowed(request, allowed)
    if (!refused) next()
    else
      next(
        new AppError(
          'origin_refused',
          `Requests from ${request.headers.origin} are not accepted. Add it to MISTUDIO_ALLOWED_ORIGINS if it is yours.`,
        ),
      )
  }
