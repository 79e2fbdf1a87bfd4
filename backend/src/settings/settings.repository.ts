// Rows of settings: one key, one JSON value.
import { Injectable } from '@nestjs/common'
import { Database, type Tx, toJson } from '../common/database.js'

const SETTINGS_LOCK = 72_707_371

@Injectable()
export class SettingsRepository {
  constructor(private readonly database: Database) {}

  async all(db: Tx = this.database.prisma): Promise<Record<string, unknown>> {
    const rows = await db.setting.findMany()
    return Object.fromEntries(rows.map(({ key, value }) => [key, value]))
  }

  /** @param check sees all values as they are now; two changes at once come one after the other. */
  async set(
    values: Record<string, unknown>,
    check: (now: Record<string, unknown>) => void = () => undefined,
  ): Promise<void> {
    const entries = Object.entries(values).filter(([, value]) => value !== undefined)
    await this.database.transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${SETTINGS_LOCK})`
      check(await this.all(tx))
      for (const [key, given] of entries) {
        const value = toJson(given)
        await tx.setting.upsert({ where: { key }, create: { key, value }, update: { value } })
      }
    })
  }
}
