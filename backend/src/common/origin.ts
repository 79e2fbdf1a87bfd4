// Origins: a browser page of another site may not change anything here nor open a socket, and no header decides where links lead.
import type { IncomingMessage } from 'node:http'
import { networkInterfaces } from 'node:os'
import { AppError } from '@mistudio/contracts'
import type { NextFunction, Request, Response } from 'express'
import { clientAddress, TRUSTED_PROXY_SETTING } from './client-address.js'

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

/** Where a request comes from: what a proxy says only when it was named in MISTUDIO_TRUSTED_PROXIES. */
export const addressOf = (request: Request): string => clientAddress(request, request.app.get(TRUSTED_PROXY_SETTING))

/**
 * The address to write into links. A Host header is whatever its sender likes, so it counts only when it names an origin that was allowed
 * or an address of this machine at the port where it listens; else it is this machine itself.
 */
export function publicOrigin(request: Request, allowed: readonly string[]): string {
  const port = request.socket.localPort
  const own = `${request.protocol}://${request.headers.host}`
  if (allowed.includes(own)) return own
  const { hostname, port: asked } = URL.canParse(own) ? new URL(own) : { hostname: '', port: '' }
  if (request.protocol === 'http' && asked === String(port) && ownNames().has(hostname)) return own
  return allowed[0] ?? `http://127.0.0.1:${port}`
}

/** Names and addresses that mean this machine and nothing else, as URLs write them. */
function ownNames(): Set<string> {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  return new Set([
    'localhost',
    ...addresses.map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address)),
  ])
}
