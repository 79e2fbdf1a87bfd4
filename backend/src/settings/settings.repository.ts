// Rows of settings: one key, one JSON value.
import { Injectable } from '@nestjs/common'
import { Database, toJson } from '../common/database.js'

@Injectable()
export class SettingsRepository {
  constructor(private readonly database: Database) {}

  async all(): Promise<Record<string, unknown>> {
    const rows = await this.database.prisma.setting.findMany()
    return Object.fromEntries(rows.map(({ key, value }) => [key, value]))
  }

  async set(values: Record<string, unknown>): Promise<void> {
    const entries = Object.entries(values).filter(([, value]) => value !== undefined)
    await this.database.transaction(async (tx) => {
      for (const [key, given] of entries) {
        const value = toJson(given)
        await tx.setting.upsert({ where: { key }, create: { key, value }, update: { value } })
      }
    })
  }
}
