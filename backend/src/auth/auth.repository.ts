// Rows of API keys and browser sessions.

import type { Scope } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database } from '../common/database.js'
import type { ApiKey, Session } from '../generated/prisma/client.js'

const FIRST_KEY_LOCK = 72_707_370

@Injectable()
export class AuthRepository {
  constructor(private readonly database: Database) {}

  keyByHash(hash: string): Promise<ApiKey | null> {
    return this.database.prisma.apiKey.findUnique({ where: { hash } })
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

  session(hash: string): Promise<Session | null> {
    return this.database.prisma.session.findUnique({ where: { hash } })
  }

  async createSession(hash: string, scope: Scope, expiresAt: Date): Promise<void> {
    await this.database.prisma.session.create({ data: { hash, scope, expiresAt } })
  }

  async deleteSession(hash: string): Promise<void> {
    await this.database.prisma.session.deleteMany({ where: { hash } })
  }

  async deleteExpiredSessions(): Promise<void> {
    await this.database.prisma.session.deleteMany({ where: { expiresAt: { lt: new Date() } } })
  }
}
