// Who is asking: API keys, one-time links, and sign-in with either. Sessions have a service of their own.
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
import { GuessThrottle } from './guess-throttle.js'
import type { Identity } from './identity.js'
import { OneTimeLinks } from './one-time-links.js'
import { hashSecret, keyPrefix, randomApiKey, sameHash } from './secrets.js'
import { type Opened, SessionsService } from './sessions.service.js'
import { Touches } from './touches.js'

/** Who signs in: the address that guesses are counted for, and what the browser says it is. */
export interface Visitor {
  readonly address: string
  readonly browser: string
}

/** Wrong secrets that one address may try in a minute. */
const GUESSES = 20

@Injectable()
export class AuthService {
  private readonly logger = new Logger('Auth')
  private readonly links = new OneTimeLinks()
  private readonly touches = new Touches()
  private readonly guesses = new GuessThrottle(GUESSES)

  constructor(
    private readonly repository: AuthRepository,
    private readonly sessions: SessionsService,
    private readonly config: AppConfig,
    private readonly publisher: LivePublisher,
  ) {}

  /** The caller behind an API key; null when there is no such key. @throws AppError `rate_limited` for guessers. */
  byKey(key: string, address: string): Promise<Identity | null> {
    return this.guesses.look(address, key, async () => {
      const hash = hashSecret(key)
      const row = await this.repository.keyByHash(hash)
      if (!row || !sameHash(row.hash, hash)) return null
      await this.touches.note(row.id, () => this.repository.touchKey(row.id))
      return { scope: ScopeSchema.parse(row.scope), keyId: row.id, sessionId: null }
    })
  }

  /** The caller behind a session cookie; null when it is unknown or expired. @throws AppError `rate_limited` for guessers. */
  bySession(cookie: string, address: string): Promise<Identity | null> {
    return this.guesses.look(address, cookie, () => this.sessions.identify(cookie))
  }

  /** Tells of each of these callers whether its key, and its session if it has one, is still good. */
  async alive(callers: readonly Identity[]): Promise<(caller: Identity) => boolean> {
    const sessions = callers.flatMap(({ sessionId }) => (sessionId === null ? [] : [sessionId]))
    const found = await this.repository.alive([...new Set(callers.map(({ keyId }) => keyId))], sessions)
    return ({ keyId, sessionId }) => found.has(keyId) && (sessionId === null || found.has(sessionId))
  }

  /** Opens a browser session with an API key. */
  async login(apiKey: string, from: Visitor): Promise<Opened> {
    const identity = await this.byKey(apiKey, from.address)
    if (!identity) throw new AppError('unauthenticated', 'This API key is not known. Check it and paste it whole.')
    return this.openSession(identity, from)
  }

  /** Opens a browser session with a one-time code, for the key that made it. */
  async useLink(code: string, from: Visitor): Promise<Opened> {
    const maker = await this.guesses.look(from.address, code, async () => {
      const keyId = this.links.redeem(code)
      return keyId === null ? null : this.repository.key(keyId)
    })
    if (!maker) {
      throw new AppError('unauthenticated', 'This link was used already or is older than ten minutes. Make a new one.')
    }
    return this.openSession({ keyId: maker.id, scope: ScopeSchema.parse(maker.scope) }, from)
  }

  private async openSession(maker: Pick<Identity, 'keyId' | 'scope'>, from: Visitor): Promise<Opened> {
    const opened = await this.sessions.open(maker, from.browser)
    this.guesses.know(opened.cookie)
    return opened
  }

  /** A code for one sign-in as the caller, and the address that uses it. */
  createLink(origin: string, { keyId }: Identity): { code: string; url: string } {
    const code = this.links.create(keyId)
    this.guesses.know(code)
    return { code, url: `${origin}/login?code=${code}` }
  }

  async listKeys(): Promise<ApiKey[]> {
    return (await this.repository.listKeys()).map(toApiKey)
  }

  async createKey(name: string, scope: Scope): Promise<z.infer<typeof CreatedApiKeySchema>> {
    const secret = randomApiKey()
    const row = await this.repository.createKey({ name, scope, prefix: keyPrefix(secret), hash: hashSecret(secret) })
    this.guesses.know(secret)
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
}

const toApiKey = (row: KeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  scope: ScopeSchema.parse(row.scope),
  prefix: row.prefix,
  createdAt: iso(row.createdAt),
  lastUsedAt: isoOrNull(row.lastUsedAt),
})
