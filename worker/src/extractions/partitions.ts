// The tables of one extraction: built aside under the attempt's own name, seen by nobody, then renamed and attached in
// one transaction. A killed attempt leaves tables that no other attempt writes to; the next one drops them. Every
// function takes the client of a transaction that has proved the attempt's ownership, so that a lost attempt cannot
// touch its successor's tables.
import type { PoolClient } from 'pg'

const PARENTS = ['feature', 'feature_example'] as const
type Parent = (typeof PARENTS)[number]

/** Name of an attached partition; the backend drops the same name when an extraction is deleted. */
const partitionName = (parent: Parent, extractionId: string): string => `${parent}_${extractionId.replaceAll('-', '')}`

/** Table an attempt builds before it is attached. */
export const buildName = (parent: Parent, extractionId: string, attempt: number): string =>
  `${partitionName(parent, extractionId)}_${attempt}`

/** Drops whatever tables this extraction has, of any attempt, attached or not. */
export async function dropTables(tx: PoolClient, extractionId: string): Promise<void> {
  const patterns = PARENTS.map((parent) => `^${partitionName(parent, extractionId)}(_[0-9]+)?$`)
  const { rows } = await tx.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname ~ ANY($1)`,
    [patterns],
  )
  for (const { name } of rows) await tx.query(`DROP TABLE IF EXISTS "${name}"`)
}

/**
 * Drops tables that attempts of other, ended extractions left when they were killed: no job of theirs is waiting or
 * running.
 */
async function dropOrphans(tx: PoolClient): Promise<void> {
  const { rows } = await tx.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname ~ '^feature_(example_)?[0-9a-f]{32}_[0-9]+$'
       AND NOT EXISTS (
         SELECT FROM job WHERE subject_id = substring(relname FROM '[0-9a-f]{32}')::uuid AND state IN ('queued', 'running', 'paused'))`,
  )
  for (const { name } of rows) await tx.query(`DROP TABLE IF EXISTS "${name}"`)
}

/** Fresh empty tables for an attempt, without indexes: rows go in faster and the indexes are built once. */
export async function createTables(tx: PoolClient, extractionId: string, attempt: number): Promise<void> {
  await dropTables(tx, extractionId)
  await dropOrphans(tx)
  for (const parent of PARENTS) {
    // The check saves ATTACH from reading the whole table.
    await tx.query(
      `CREATE TABLE "${buildName(parent, extractionId, attempt)}" (LIKE "${parent}" INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
       CONSTRAINT in_extraction CHECK (extraction_id = '${extractionId}'))`,
    )
  }
}

/** Index statements of an attempt's two tables: within a table in order, the tables independent of each other. */
export function indexStatements(extractionId: string, attempt: number): Record<Parent, string[]> {
  const feature = buildName('feature', extractionId, attempt)
  const example = buildName('feature_example', extractionId, attempt)
  return {
    feature_example: [
      `ALTER TABLE "${example}" ADD PRIMARY KEY (extraction_id, feature_index, kind, rank)`,
      `ANALYZE "${example}"`,
    ],
    feature: [
      `ALTER TABLE "${feature}" ADD PRIMARY KEY (extraction_id, index)`,
      `CREATE INDEX ON "${feature}" (density)`,
      `CREATE INDEX ON "${feature}" (max_activation)`,
      `CREATE INDEX ON "${feature}" USING gin (search_text gin_trgm_ops)`,
      `ANALYZE "${feature}"`,
    ],
  }
}

/**
 * Renames an attempt's tables to their lasting names and attaches them; inside the transaction that proves the attempt.
 */
export async function attachTables(tx: PoolClient, extractionId: string, attempt: number): Promise<void> {
  for (const parent of PARENTS) {
    const built = buildName(parent, extractionId, attempt)
    const name = partitionName(parent, extractionId)
    await tx.query(`ALTER TABLE "${built}" RENAME TO "${name}"`)
    await tx.query(`ALTER TABLE "${parent}" ATTACH PARTITION "${name}" FOR VALUES IN ('${extractionId}')`)
    await tx.query(`ALTER TABLE "${name}" DROP CONSTRAINT in_extraction`)
  }
}
