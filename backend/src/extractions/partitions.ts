// The tables of one extraction. Named by its id without dashes, as the worker makes them.
import { AppError, IdSchema } from '@mistudio/contracts'
import type { Tx } from '../common/database.js'

export type Parent = 'feature' | 'feature_example'

/** Name of a partition, safe to put into a statement because the id is proved to be a UUID. */
export function partitionName(parent: Parent, extractionId: string): string {
  const id = IdSchema.safeParse(extractionId)
  if (!id.success) throw new AppError('not_found', 'There is no such extraction.')
  return `${parent}_${id.data.toLowerCase().replaceAll('-', '')}`
}

/** Drops the partitions of an extraction and whatever unfinished attempts left of it. */
export async function dropPartitions(tx: Tx, extractionId: string): Promise<void> {
  const pattern = `^(${partitionName('feature', extractionId)}|${partitionName('feature_example', extractionId)})(_[0-9]+)?$`
  const tables = await tx.$queryRaw<{ name: string }[]>`
    SELECT relname::text AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname ~ ${pattern}`
  for (const { name } of tables) await tx.$executeRawUnsafe(`DROP TABLE IF EXISTS "${name}"`)
}
