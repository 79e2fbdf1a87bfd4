// HTTP of sign-in, sessions and API keys.

import {
  type ApiKey,
  type CreateApiKeySchema,
  type CreatedApiKeySchema,
  type EndedSessionsSchema,
  type EndSessionsQuerySchema,
  type LoginSchema,
  type Me,
  type Scope,
  type Session,
} from '@mistudio/contracts'
import { Controller, Req, Res } from '@nestjs/common'
import { parse as parseCookies, serialize } from 'cookie'
import type { Request, Response } from 'express'
import type { z } from 'zod'
import { AppConfig } from '../common/config.js'
import { addressOf, publicOrigin } from '../common/origin.js'
import { BodyOf, IdParam, QueryOf, Serve } from '../common/route.js'
import { VERSION } from '../common/version.js'
import { AuthService, type Visitor } from './auth.service.js'
import { Caller, type Identity } from './identity.js'
import { Instance } from './instance.js'
import { identify } from './scope.guard.js'
import { type Opened, SESSION_DAYS, SessionsService } from './sessions.service.js'

const me = (scope: Scope | null): Me => ({ authenticated: scope !== null, scope, version: VERSION })
const visitor = (request: Request): Visitor => ({
  address: addressOf(request),
  browser: request.headers['user-agent'] ?? '',
})

@Controller()
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
    private readonly instance: Instance,
    private readonly config: AppConfig,
  ) {}

  @Serve('me')
  async me(@Req() request: Request): Promise<Me> {
    return me((await identify(this.auth, this.instance, request))?.scope ?? null)
  }

  @Serve('login')
  async login(
    @BodyOf('login') body: z.infer<typeof LoginSchema>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Me> {
    return this.signIn(await this.auth.login(body.apiKey.trim(), visitor(request)), request, response)
  }

  @Serve('useLink')
  async useLink(
    @BodyOf('useLink') body: { code: string },
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Me> {
    return this.signIn(await this.auth.useLink(body.code, visitor(request)), request, response)
  }

  @Serve('createLink')
  createLink(@Req() request: Request, @Caller() caller: Identity): { code: string; url: string } {
    return this.auth.createLink(publicOrigin(request, this.config.allowedOrigins), caller)
  }

  @Serve('logout')
  async logout(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<null> {
    const cookie = parseCookies(request.headers.cookie ?? '')[this.instance.cookie]
    if (cookie) await this.sessions.logout(cookie)
    this.setCookie(request, response, '', 0)
    return null
  }

  @Serve('listSessions')
  listSessions(@Caller() caller: Identity): Promise<Session[]> {
    return this.sessions.list(caller)
  }

  @Serve('endSessions')
  async endSessions(
    @QueryOf('endSessions') query: z.infer<typeof EndSessionsQuerySchema>,
    @Caller() caller: Identity,
  ): Promise<z.infer<typeof EndedSessionsSchema>> {
    return { ended: await this.sessions.endEverywhere(query.of, caller) }
  }

  @Serve('endSession')
  async endSession(@IdParam() id: string, @Caller() caller: Identity): Promise<null> {
    await this.sessions.end(id, caller)
    return null
  }

  @Serve('listKeys')
  listKeys(): Promise<ApiKey[]> {
    return this.auth.listKeys()
  }

  @Serve('createKey')
  createKey(
    @BodyOf('createKey') body: z.infer<typeof CreateApiKeySchema>,
  ): Promise<z.infer<typeof CreatedApiKeySchema>> {
    return this.auth.createKey(body.name, body.scope)
  }

  @Serve('deleteKey')
  async deleteKey(@IdParam() id: string): Promise<null> {
    await this.auth.deleteKey(id)
    return null
  }

  private signIn({ cookie, scope }: Opened, request: Request, response: Response): Me {
    this.setCookie(request, response, cookie, SESSION_DAYS * 86_400)
    return me(scope)
  }

  private setCookie({ secure }: Request, response: Response, value: string, maxAge: number): void {
    const options = { httpOnly: true, sameSite: 'strict', path: '/', maxAge, secure } as const
    response.setHeader('Set-Cookie', serialize(this.instance.cookie, value, options))
  }
}
