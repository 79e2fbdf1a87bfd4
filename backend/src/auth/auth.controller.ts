// HTTP of sign-in and API keys.

import {
  type ApiKey,
  type CreateApiKeySchema,
  type CreatedApiKeySchema,
  type LoginSchema,
  type Me,
  type Scope,
  SESSION_COOKIE,
} from '@mistudio/contracts'
import { Controller, Req, Res } from '@nestjs/common'
import { parse as parseCookies, serialize } from 'cookie'
import type { Request, Response } from 'express'
import type { z } from 'zod'
import { BodyOf, IdParam, Serve } from '../common/route.js'
import { VERSION } from '../common/version.js'
import { AuthService, SESSION_DAYS } from './auth.service.js'
import { LoginThrottle } from './login-throttle.js'
import { identify } from './scope.guard.js'

const isHttps = (request: Request): boolean => request.secure || request.headers['x-forwarded-proto'] === 'https'
const originOf = (request: Request): string =>
  `${isHttps(request) ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}`
const me = (scope: Scope | null): Me => ({ authenticated: scope !== null, scope, version: VERSION })

@Controller()
export class AuthController {
  private readonly throttle = new LoginThrottle()

  constructor(private readonly auth: AuthService) {}

  @Serve('me')
  async me(@Req() request: Request): Promise<Me> {
    return me((await identify(this.auth, request))?.scope ?? null)
  }

  @Serve('login')
  async login(
    @BodyOf('login') body: z.infer<typeof LoginSchema>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Me> {
    this.throttle.count(request.ip ?? 'unknown')
    return this.signIn(await this.auth.login(body.apiKey.trim()), request, response)
  }

  @Serve('useLink')
  async useLink(
    @BodyOf('useLink') body: { code: string },
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Me> {
    this.throttle.count(request.ip ?? 'unknown')
    return this.signIn(await this.auth.useLink(body.code), request, response)
  }

  @Serve('createLink')
  createLink(@Req() request: Request): { code: string; url: string } {
    return this.auth.createLink(originOf(request))
  }

  @Serve('logout')
  async logout(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<null> {
    const cookie = parseCookies(request.headers.cookie ?? '')[SESSION_COOKIE]
    if (cookie) await this.auth.logout(cookie)
    setCookie(request, response, '', 0)
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

  private signIn(session: { cookie: string; scope: Scope }, request: Request, response: Response): Me {
    setCookie(request, response, session.cookie, SESSION_DAYS * 86_400)
    return me(session.scope)
  }
}

function setCookie(request: Request, response: Response, value: string, maxAge: number): void {
  const options = { httpOnly: true, sameSite: 'strict', path: '/', maxAge, secure: isHttps(request) } as const
  response.setHeader('Set-Cookie', serialize(SESSION_COOKIE, value, options))
}
