// Browser sessions: opened with a key or a link of it, listed, ended one by one or everywhere. A session is good as long as its key is.
import { AppError, type Scope, ScopeSchema, type Session, scopeIncludes, troubleOf } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { iso } from '../common/time.js'
import { LivePublisher } from '../live/publisher.js'
import { AuthRepository, type SessionRow } from './auth.repository.js'
import type { Identity } from './identity.js'
import { hashSecret, randomSecret, sameHash } from './secrets.js'
import { Touches } from './touches.js'

export const SESSION_DAYS = 30
const DAY_MS = 86_400_000
const MAX_BROWSER_CHARACTERS = 300

/** A session that was just opened: the cookie's value is known to its browser only. */
export interface Opened {
  readonly cookie: string
  readonly scope: Scope
}

@Injectable()
export class SessionsService {
  private readonly touches = new Touches()

  constructor(
    private readonly repository: AuthRepository,
    private readonly publisher: LivePublisher,
  ) {}

  /** @throws AppError `unauthenticated` when the key is gone, `disk_full` with what still works. */
  async open({ keyId, scope }: Pick<Identity, 'keyId' | 'scope'>, browser: string): Promise<Opened> {
    const cookie = randomSecret()
    const expiresAt = new Date(Date.now() + SESSION_DAYS * DAY_MS)
    const row = { hash: hashSecret(cookie), keyId, browser: browser.slice(0, MAX_BROWSER_CHARACTERS), expiresAt }
    try {
      await this.repository.deleteExpiredSessions()
      await this.repository.createSession(row)
    } catch (error) {
      throw troubleOf(error) === 'full' ? noRoom(error) : error
    }
    return { cookie, scope }
  }

  /** The caller behind a cookie; null when it is unknown or expired. */
  async identify(cookie: string): Promise<Identity | null> {
    const hash = hashSecret(cookie)
    const row = await this.repository.session(hash)
    if (!row || !sameHash(row.hash, hash) || row.expiresAt <= new Date()) return null
    await this.touches.note(row.id, () => this.repository.touchSession(row.id))
    return { scope: ScopeSchema.parse(row.key.scope), keyId: row.keyId, sessionId: row.id }
  }

  async list(caller: Identity): Promise<Session[]> {
    const rows = await this.repository.sessions(isAdmin(caller) ? null : caller.keyId)
    return rows.map((row) => toSession(row, caller.sessionId))
  }

  /** @throws AppError `not_found`, also for a session of another key unless the caller is an administrator. */
  async end(id: string, caller: Identity): Promise<void> {
    const row = await this.repository.findSession(id)
    if (!row || !(isAdmin(caller) || row.keyId === caller.keyId)) {
      throw new AppError('not_found', 'There is no such session: it has ended already.')
    }
    await this.endAll([row])
  }

  /** Signs out everywhere. @throws AppError `forbidden` for everybody's sessions without the scope admin. */
  async endEverywhere(of: 'key' | 'all', caller: Identity): Promise<number> {
    if (of === 'all' && !isAdmin(caller)) {
      throw new AppError('forbidden', 'Only an administrator can end the sessions of all keys.')
    }
    const rows = await this.repository.sessions(of === 'all' ? null : caller.keyId)
    await this.endAll(rows)
    return rows.length
  }

  async logout(cookie: string): Promise<void> {
    const row = await this.repository.session(hashSecret(cookie))
    if (row) await this.endAll([row])
  }

  private async endAll(rows: readonly SessionRow[]): Promise<void> {
    await this.repository.deleteSessions(rows.map(({ id }) => id))
    for (const { id } of rows) this.publisher.dropCredential(id)
  }
}

/** A session without a row could be neither listed nor ended (ADR 0150). */
const noRoom = (cause: unknown): AppError =>
  new AppError(
    'disk_full',
    'You cannot sign in: the disk of the data folder is full, so a session cannot be stored. Free some space on it and try again. Browsers that are signed in and API keys still read everything.',
    {},
    { cause },
  )

const isAdmin = ({ scope }: Identity): boolean => scopeIncludes(scope, 'admin')

const toSession = (row: SessionRow, current: string | null): Session => ({
  id: row.id,
  keyId: row.keyId,
  keyName: row.key.name,
  scope: ScopeSchema.parse(row.key.scope),
  browser: row.browser,
  createdAt: iso(row.createdAt),
  lastUsedAt: iso(row.lastUsedAt),
  expiresAt: iso(row.expiresAt),
  current: row.id === current,
})
