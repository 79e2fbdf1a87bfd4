// Who asks: proven once per request by the guard, read by whoever needs to know.
import { AppError, type Scope } from '@mistudio/contracts'
import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import type { Request } from 'express'

/** A proven caller: the key, and the browser session when it came in with one. */
export interface Identity {
  readonly scope: Scope
  readonly keyId: string
  readonly sessionId: string | null
}

const callers = new WeakMap<Request, Identity>()

export const rememberCaller = (request: Request, identity: Identity): void => void callers.set(request, identity)

/** The caller of a route that has a scope. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Identity => {
  const identity = callers.get(context.switchToHttp().getRequest<Request>())
  if (!identity) throw new AppError('unauthenticated', 'Sign in first.')
  return identity
})
