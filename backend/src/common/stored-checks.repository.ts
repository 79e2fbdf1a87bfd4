// Rows of what the check of stored data found (written by the worker). Shared: every room shows the damage of its own things.
import { type Damage, STORED_TABLES, type StoredData, type StoredRoom, StoredRoomSchema } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database } from './database.js'
import { iso } from './time.js'

/** What is kept and since when; names come from the rooms' definitions, never from a request. */
const KEPT = STORED_TABLES.map(({ room, table }) => `SELECT '${room}' AS room, id, ready_at FROM "${table}"`).join(
  ' UNION ALL ',
)

@Injectable()
export class StoredChecksRepository {
  constructor(private readonly database: Database) {}

  /** Damage of some things of a room, by id; things that are whole or were never looked at are left out. */
  async damageOf(room: StoredRoom, ids: readonly string[]): Promise<Map<string, Damage>> {
    const rows = await this.database.prisma.storedCheck.findMany({
      where: { room, id: { in: [...ids] }, NOT: { file: null } },
    })
    return new Map(
      rows.map(({ id, file, foundAt, checkedAt }) => [id, { room, file: file!, foundAt: iso(foundAt ?? checkedAt) }]),
    )
  }

  /** Whether something is kept that nobody looked at for so many days. */
  async isDue(days: number): Promise<boolean> {
    const { rows } = await this.database.pool.query<{ due: boolean }>(
      `SELECT EXISTS (
         SELECT 1 FROM (
           ${KEPT}
         ) kept LEFT JOIN stored_check found USING (room, id)
         WHERE coalesce(found.checked_at, kept.ready_at) < now() - make_interval(days => $1)
         -- Which models are the product's own is known from their first check, which their registration is.
         UNION ALL SELECT 1 FROM stored_check JOIN model USING (id)
         WHERE room = 'models' AND checked_at < now() - make_interval(days => $1)
       ) AS due`,
      [days],
    )
    return rows[0]?.due === true
  }

  async summary(): Promise<Omit<StoredData, 'job'>> {
    const { prisma } = this.database
    const all = await prisma.storedCheck.aggregate({
      _count: true,
      _sum: { bytes: true },
      _min: { checkedAt: true },
      _max: { checkedAt: true },
    })
    const damaged = await prisma.storedCheck.findMany({ where: { NOT: { file: null } }, orderBy: { foundAt: 'desc' } })
    return {
      checked: all._count,
      bytes: Number(all._sum.bytes ?? 0),
      oldestAt: all._min.checkedAt && iso(all._min.checkedAt),
      newestAt: all._max.checkedAt && iso(all._max.checkedAt),
      damaged: damaged.map(({ room, id, file, foundAt, checkedAt }) => ({
        room: StoredRoomSchema.parse(room),
        id,
        file: file!,
        foundAt: iso(foundAt ?? checkedAt),
      })),
    }
  }
}
