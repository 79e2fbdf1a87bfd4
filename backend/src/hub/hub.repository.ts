// Rows of the hub room: the sealed token.
import type { SealedSecret } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, toJson } from '../common/database.js'

@Injectable()
export class HubRepository {
  constructor(private readonly database: Database) {}

  /** When a secret was stored and the end of it that may be shown; null when there is none. */
  async hintOf(name: string): Promise<{ hint: string; updatedAt: Date } | null> {
    return this.database.prisma.secret.findUnique({ where: { name }, select: { hint: true, updatedAt: true } })
  }

  async store(name: string, secret: SealedSecret, hint: string): Promise<void> {
    const sealed = toJson(secret)
    await this.database.prisma.secret.upsert({
      where: { name },
      create: { name, sealed, hint },
      update: { sealed, hint },
    })
  }

  async remove(name: string): Promise<void> {
    await this.database.prisma.secret.deleteMany({ where: { name } })
  }
}
