// Lets a request through when its caller holds the scope its handler declares. A handler that declares none is refused: default deny.

import { AppError, scopeIncludes } from '@mistudio/contracts'
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { parse as parseCookies } from 'cookie'
import type { Request } from 'express'
import { addressOf, changesState } from '../common/origin.js'
import { type DeclaredScope, OPEN, SCOPE_KEY } from '../common/route.js'
import { AuthService } from './auth.service.js'
import { type Identity, rememberCaller } from './identity.js'
import { Instance } from './instance.js'

/** The caller of a request, by bearer key or session cookie; null when it proves nothing. @throws AppError `rate_limited` for guessers. */
export async function identify(auth: AuthService, instance: Instance, request: Request): Promise<Identity | null> {
  const address = addressOf(request)
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (bearer) return auth.byKey(bearer, address)
  const cookie = parseCookies(request.headers.cookie ?? '')[instance.cookie]
  return cookie ? auth.bySession(cookie, address) : null
}

@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly auth: AuthService,
    private readonly instance: Instance,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Sockets are admitted in their handshake.
    if (context.getType() !== 'http') return true
    const wanted = this.reflector.get<DeclaredScope | undefined>(SCOPE_KEY, context.getHandler())
    if (wanted === OPEN) return true
    if (wanted === undefined) throw new AppError('forbidden', 'This address is not open to anybody.')
    const request = context.switchToHttp().getRequest<Request>()
    const identity = await identify(this.auth, this.instance, request)
    if (!identity) throw new AppError('unauthenticated', 'Sign in first: open a one-time link or send an API key.')
    rememberCaller(request, identity)
    if (identity.sessionId !== null && changesState(request.method) && request.headers.origin === undefined) {
      throw new AppError(
        'origin_refused',
        'A browser session may change things only with an Origin header; use an API key.',
      )
    }
    if (scopeIncludes(identity.scope, wanted)) return true
    throw new AppError('forbidden', `This needs the scope "${wanted}"; your key or session holds "${identity.scope}".`)
  }
}
