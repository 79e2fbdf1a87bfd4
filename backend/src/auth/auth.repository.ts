// Rows of API keys and browser sessions.

import type { Scope } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database } from '../common/database.js'
import type { ApiKey, Prisma } from '../generated/prisma/client.js'

const withKey = { include: { key: { select: { name: true, scope: true } } } } as const
export type SessionRow = Prisma.SessionGetPayload<typeof withKey>

const FIRST_KEY_LOCK = 72_707_370

@Injectable()
export class AuthRepository {
  constructor(private readonly database: Database) {}

  keyByHash(hash: string): Promise<ApiKey | null> {
    return this.database.prisma.apiKey.findUnique({ where: { hash } })
  }

  key(id: string): Promise<ApiKey | null> {
    return this.database.prisma.apiKey.findUnique({ where: { id } })
  }

  listKeys(): Promise<ApiKey[]> {
    return this.database.prisma.apiKey.findMany({ orderBy: { createdAt: 'asc' } })
  }

  createKey(data: { name: string; scope: Scope; prefix: string; hash: string }): Promise<ApiKey> {
    return this.database.prisma.apiKey.create({ data })
  }

  /** Creates the key only when there is none at all; false when there is. Two processes starting at once make one. */
  createFirstKey(data: { name: string; scope: Scope; prefix: string; hash: string }): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${FIRST_KEY_LOCK})`
      if ((await tx.apiKey.count()) > 0) return false
      await tx.apiKey.create({ data })
      return true
    })
  }

  /** Deletes a key unless it is the last one with admin scope: then nobody could make another. */
  deleteKey(id: string): Promise<'deleted' | 'missing' | 'last_admin'> {
    return this.database.transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${FIRST_KEY_LOCK})`
      const key = await tx.apiKey.findUnique({ where: { id } })
      if (!key) return 'missing'
      const admins = await tx.apiKey.count({ where: { scope: 'admin' } })
      if (key.scope === 'admin' && admins === 1) return 'last_admin'
      await tx.apiKey.delete({ where: { id } })
      return 'deleted'
    })
  }

  async touchKey(id: string): Promise<void> {
    await this.database.prisma.apiKey.updateMany({ where: { id }, data: { lastUsedAt: new Date() } })
  }

  session(hash: string): Promise<SessionRow | null> {
    return this.database.prisma.session.findUnique({ where: { hash }, ...withKey })
  }

  findSession(id: string): Promise<SessionRow | null> {
    return this.database.prisma.session.findUnique({ where: { id }, ...withKey })
  }

  /** Sessions that have not expired, used last first. @param keyId null: of all keys. */
  sessions(keyId: string | null): Promise<SessionRow[]> {
    const where = { expiresAt: { gt: new Date() }, ...(keyId === null ? {} : { keyId }) }
    return this.database.prisma.session.findMany({ where, ...withKey, orderBy: { lastUsedAt: 'desc' } })
  }

  async createSession(data: { hash: string; keyId: string; browser: string; expiresAt: Date }): Promise<void> {
    await this.database.prisma.session.create({ data })
  }

  async deleteSessions(ids: readonly string[]): Promise<void> {
    await this.database.prisma.session.deleteMany({ where: { id: { in: [...ids] } } })
  }

  async touchSession(id: string): Promise<void> {
    await this.database.prisma.session.updateMany({ where: { id }, data: { lastUsedAt: new Date() } })
  }

  /** Those of these keys and sessions that still let their holder in. */
  async alive(keyIds: readonly string[], sessionIds: readonly string[]): Promise<Set<string>> {
    const { prisma } = this.database
    const select = { id: true }
    const [keys, sessions] = await Promise.all([
      prisma.apiKey.findMany({ where: { id: { in: [...keyIds] } }, select }),
      prisma.session.findMany({ where: { id: { in: [...sessionIds] }, expiresAt: { gt: new Date() } }, select }),
    ])
    return new Set([...keys, ...sessions].map(({ id }) => id))
  }

  async deleteExpiredSessions(): Promise<void> {
    await this.database.prisma.session.deleteMany({ where: { expiresAt: { lt: new Date() } } })
  }
}
