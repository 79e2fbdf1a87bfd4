// Who is asking: API keys, browser sessions, one-time links.
import { mkdir, open, rename } from 'node:fs/promises'
import path from 'node:path'
import { type ApiKey, AppError, type CreatedApiKeySchema, type Scope, ScopeSchema } from '@mistudio/contracts'
import { Injectable, Logger } from '@nestjs/common'
import type { z } from 'zod'
import { AppConfig } from '../common/config.js'
import { iso, isoOrNull } from '../common/time.js'
import type { ApiKey as KeyRow } from '../generated/prisma/client.js'
import { LivePublisher } from '../live/publisher.js'
import { AuthRepository } from './auth.repository.js'
import { OneTimeLinks } from './one-time-links.js'
import { hashSecret, keyPrefix, randomApiKey, randomSecret, sameHash } from './secrets.js'

export const SESSION_DAYS = 30
const DAY_MS = 86_400_000
const TOUCH_EVERY_MS = 60_000

/** A proven caller. `credential` names the key or session, so that its sockets end with it. */
export interface Identity {
  readonly scope: Scope
  readonly credential: string
  readonly via: 'key' | 'session'
}

@Injectable()
export class AuthService {
  private readonly logger = new Logger('Auth')
  private readonly links = new OneTimeLinks()
  private readonly touched = new Map<string, number>()

  constructor(
    private readonly repository: AuthRepository,
    private readonly config: AppConfig,
    private readonly publisher: LivePublisher,
  ) {}

  /** The caller behind an API key; null when there is no such key. */
  async byKey(key: string): Promise<Identity | null> {
    const hash = hashSecret(key)
    const row = await this.repository.keyByHash(hash)
    if (!row || !sameHash(row.hash, hash)) return null
    await this.touch(row.id)
    return { scope: ScopeSchema.parse(row.scope), credential: row.id, via: 'key' }
  }

  /** The caller behind a session cookie; null when it is unknown or expired. */
  async bySession(cookie: string): Promise<Identity | null> {
    const hash = hashSecret(cookie)
    const row = await this.repository.session(hash)
    if (!row || !sameHash(row.hash, hash) || row.expiresAt <= new Date()) return null
    return { scope: ScopeSchema.parse(row.scope), credential: hash, via: 'session' }
  }

  /** Opens a browser session with an API key. Returns the cookie's value. */
  async login(apiKey: string): Promise<{ cookie: string; scope: Scope }> {
    const identity = await this.byKey(apiKey)
    if (!identity) throw new AppError('unauthenticated', 'This API key is not known. Check it and paste it whole.')
    return this.openSession(identity.scope)
  }

  /** Opens a browser session with a one-time code. */
  async useLink(code: string): Promise<{ cookie: string; scope: Scope }> {
    const scope = this.links.redeem(code)
    if (!scope) {
      throw new AppError('unauthenticated', 'This link was used already or is older than ten minutes. Make a new one.')
    }
    return this.openSession(scope)
  }

  /** A code for one sign-in with admin scope, and the address that uses it. */
  createLink(origin: string): { code: string; url: string } {
    const code = this.links.create('admin')
    return { code, url: `${origin}/login?code=${code}` }
  }

  async logout(cookie: string): Promise<void> {
    const hash = hashSecret(cookie)
    await this.repository.deleteSession(hash)
    this.publisher.dropCredential(hash)
  }

  async listKeys(): Promise<ApiKey[]> {
    return (await this.repository.listKeys()).map(toApiKey)
  }

  async createKey(name: string, scope: Scope): Promise<z.infer<typeof CreatedApiKeySchema>> {
    const secret = randomApiKey()
    const row = await this.repository.createKey({ name, scope, prefix: keyPrefix(secret), hash: hashSecret(secret) })
    return { ...toApiKey(row), secret }
  }

  async deleteKey(id: string): Promise<void> {
    const outcome = await this.repository.deleteKey(id)
    if (outcome === 'missing') throw new AppError('not_found', 'There is no such API key.')
    if (outcome === 'last_admin') {
      throw new AppError('conflict', 'This is the last admin key. Make another admin key before you delete it.')
    }
    this.publisher.dropCredential(id)
  }

  /** Makes the first admin key when there is none: written to `<data-dir>/secrets/api-key` (mode 600), and nowhere else. */
  async ensureFirstKey(): Promise<void> {
    const secret = randomApiKey()
    const data = { name: 'First key', scope: 'admin' as const, prefix: keyPrefix(secret), hash: hashSecret(secret) }
    if (!(await this.repository.createFirstKey(data))) return
    const file = await this.writeKeyFile(secret)
    this.logger.log(`First start: an admin key was made and stored in ${file}.`)
  }

  private async writeKeyFile(secret: string): Promise<string> {
    const folder = path.join(this.config.dataDir, 'secrets')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = path.join(folder, 'api-key')
    const handle = await open(`${file}.new`, 'w', 0o600)
    try {
      await handle.chmod(0o600)
      await handle.writeFile(`${secret}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(`${file}.new`, file)
    return file
  }

  private async openSession(scope: Scope): Promise<{ cookie: string; scope: Scope }> {
    await this.repository.deleteExpiredSessions()
    const cookie = randomSecret()
    await this.repository.createSession(hashSecret(cookie), scope, new Date(Date.now() + SESSION_DAYS * DAY_MS))
    return { cookie, scope }
  }

  private async touch(id: string): Promise<void> {
    const now = Date.now()
    if (now - (this.touched.get(id) ?? 0) < TOUCH_EVERY_MS) return
    this.touched.set(id, now)
    await this.repository.touchKey(id)
  }
}

const toApiKey = (row: KeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  scope: ScopeSchema.parse(row.scope),
  prefix: row.prefix,
  createdAt: iso(row.createdAt),
  lastUsedAt: isoOrNull(row.lastUsedAt),
})
