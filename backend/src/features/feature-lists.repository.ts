// Rows of feature lists. What changes one holds its SAE, so that two changes at once are one after the other.
import { randomUUID } from 'node:crypto'
import { AppError, type CreateFeatureList, type FeatureList, type UpdateFeatureList } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { Database, type Tx } from '../common/database.js'
import { versionOf } from '../common/edit.js'
import { takeRows } from '../common/hold.js'
import { iso } from '../common/time.js'
import type { FeatureList as Row } from '../generated/prisma/client.js'

@Injectable()
export class FeatureListsRepository {
  constructor(private readonly database: Database) {}

  async of(saeId: string): Promise<FeatureList[]> {
    const rows = await this.database.prisma.featureList.findMany({
      where: { saeId },
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
    })
    return rows.map(toList)
  }

  async find(id: string): Promise<FeatureList | null> {
    const row = await this.database.prisma.featureList.findUnique({ where: { id } })
    return row && toList(row)
  }

  /** @throws AppError `conflict` for a name that another list of the SAE has. */
  create(saeId: string, { name, indices }: CreateFeatureList): Promise<FeatureList> {
    return this.database.transaction(async (tx) => {
      await takeRows(tx, [{ type: 'sae', id: saeId }])
      await requireFree(tx, saeId, name, null)
      return toList(await tx.featureList.create({ data: { id: randomUUID(), saeId, name, indices: merged(indices) } }))
    })
  }

  /** @param check sees the list as it is now. @throws AppError `not_found`; `conflict` as above. */
  update(
    { id, saeId }: FeatureList,
    { name, add = [], remove = [] }: UpdateFeatureList,
    check: (now: FeatureList) => void,
  ): Promise<FeatureList> {
    return this.database.transaction(async (tx) => {
      await takeRows(tx, [{ type: 'sae', id: saeId }])
      const row = await tx.featureList.findUnique({ where: { id } })
      if (!row) throw new AppError('not_found', 'This list was deleted already.')
      check(toList(row))
      if (name !== undefined) await requireFree(tx, saeId, name, id)
      const out = new Set(remove)
      const indices = merged([...row.indices, ...add]).filter((index) => !out.has(index))
      const data = { name: name ?? row.name, indices, updatedAt: new Date() }
      return toList(await tx.featureList.update({ where: { id }, data }))
    })
  }

  async remove(id: string): Promise<void> {
    await this.database.prisma.featureList.deleteMany({ where: { id } })
  }
}

/** Each once, ascending. */
const merged = (indices: readonly number[]): number[] => [...new Set(indices)].sort((a, b) => a - b)

async function requireFree(tx: Tx, saeId: string, name: string, own: string | null): Promise<void> {
  const other = await tx.featureList.findUnique({ where: { saeId_name: { saeId, name } } })
  if (other && other.id !== own)
    throw new AppError('conflict', `This SAE has a list "${name}" already. Choose another name, or add to that list.`)
}

function toList({ id, saeId, name, indices, createdAt, updatedAt }: Row): FeatureList {
  return {
    id,
    saeId,
    name,
    size: indices.length,
    version: versionOf({ name }),
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
  }
}
