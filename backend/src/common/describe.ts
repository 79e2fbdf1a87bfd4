// Names, notes and tags of rows: how they are read, and how they are changed when several people may hold them open.
import type { Describe, SubjectType } from '@mistudio/contracts'
import type { Database } from './database.js'
import { requireSeen, versionOf } from './edit.js'
import { takeRows } from './hold.js'

/** What can be described, and the table that holds it. */
const TABLES = {
  model: 'model',
  dataset: 'dataset',
  sae: 'sae',
  training: 'run',
} as const satisfies Partial<Record<SubjectType, string>>

interface Texts {
  readonly name: string
  readonly notes: string
  readonly tags: readonly string[]
}

/** The texts of a row with their version. */
export const describedOf = ({
  name,
  notes,
  tags,
}: Texts): { name: string; notes: string; tags: string[]; version: string } => {
  const texts = { name, notes, tags: [...tags] }
  return { ...texts, version: versionOf(texts) }
}

/** For a `Listing`: texts that are searched, and the filter by tag, of the table with this alias. */
export const describedSearch = (alias: string): string[] => [
  `${alias}.name`,
  `${alias}.notes`,
  `array_to_string(${alias}.tags, ' ')`,
]
/** For a `Listing`: the tags that there are, as a facet. */
export const tagValues = (alias: string): string => `unnest(${alias}.tags)`
export const tagFilter = (alias: string): string => `$ = ANY(${alias}.tags)`

/**
 * Changes texts of a row.
 * @param seen the version that its editor saw; null: any
 * @throws AppError `not_found`, `edited_meanwhile`
 */
export async function describe(
  database: Database,
  type: keyof typeof TABLES,
  id: string,
  changes: Describe,
  seen: string | null,
): Promise<void> {
  const table = TABLES[type]
  await database.transaction(async (tx) => {
    await takeRows(tx, [{ type, id }])
    const [now] = await tx.$queryRawUnsafe<Texts[]>(
      `SELECT name, notes, coalesce(tags, '{}') AS tags FROM "${table}" WHERE id = $1::uuid FOR UPDATE`,
      id,
    )
    if (!now) return
    const { name, notes, tags } = now
    requireSeen(seen, { name, notes, tags })
    await tx.$executeRawUnsafe(
      `UPDATE "${table}" SET name = $2, notes = $3, tags = $4::text[] WHERE id = $1::uuid`,
      id,
      changes.name ?? name,
      changes.notes ?? notes,
      changes.tags ?? tags,
    )
  })
}
