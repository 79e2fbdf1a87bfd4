// Rows of extractions, and the tables that each of them has: built aside under the attempt's own name, then renamed and attached.
// What changes tables takes the transaction that proves the attempt.
import { ExtractionSummarySchema } from '@mistudio/contracts'
import { outcome } from '@mistudio/ledger'
import { type RowOf, type Sql, statement } from '@mistudio/sql'
import type { PoolClient } from 'pg'
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams'

/** Summary of an extraction. */
export const extractionOutcome = outcome('extraction', 'summary', ExtractionSummarySchema)

const PARTS = {
  site: 'text',
  dIn: 'int',
  dSae: 'int',
  saeContextSize: 'int',
  saeModelId: 'uuid?',
  tokenizationModelId: 'uuid',
  contextSize: 'int',
} as const
/** What the database says of SAE and tokenization. */
export type ExtractionParts = RowOf<typeof PARTS>

const parts = statement({
  params: { saeId: 'uuid', tokenizationId: 'uuid' },
  columns: PARTS,
  sql: (p) =>
    `SELECT s.site, s.d_in AS "dIn", s.d_sae AS "dSae", s.context_size AS "saeContextSize", s.model_id AS "saeModelId",
       t.model_id AS "tokenizationModelId", t.context_size AS "contextSize"
     FROM sae s, tokenization t WHERE s.id = ${p.saeId} AND t.id = ${p.tokenizationId} AND t.ready_at IS NOT NULL`,
})

/** null when one of them is gone or not ready. */
export const extractionParts = (db: Sql, saeId: string, tokenizationId: string): Promise<ExtractionParts | null> =>
  parts.first(db, { saeId, tokenizationId })

const PARENTS = ['feature', 'feature_example'] as const
type Parent = (typeof PARENTS)[number]

/** Name of an attached partition; the backend drops the same name when an extraction is deleted. */
const partitionName = (parent: Parent, extractionId: string): string => `${parent}_${extractionId.replaceAll('-', '')}`

/** Table an attempt builds before it is attached. */
export const buildName = (parent: Parent, extractionId: string, attempt: number): string =>
  `${partitionName(parent, extractionId)}_${attempt}`

const named = statement({
  params: { patterns: 'text[]' },
  columns: { name: 'text' },
  sql: (p) =>
    `SELECT relname::text AS name FROM pg_class
     WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname ~ ANY(${p.patterns})`,
})

/** Drops whatever tables this extraction has, of any attempt, attached or not. */
export async function dropTables(tx: Sql, extractionId: string): Promise<void> {
  const patterns = PARENTS.map((parent) => `^${partitionName(parent, extractionId)}(_[0-9]+)?$`)
  for (const { name } of await named.all(tx, { patterns })) await tx.query(`DROP TABLE IF EXISTS "${name}"`)
}

const orphaned = statement({
  params: {},
  columns: { name: 'text' },
  sql: () =>
    `SELECT relname::text AS name FROM pg_class
     WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname ~ '^feature_(example_)?[0-9a-f]{32}_[0-9]+$'
       AND NOT EXISTS (
         SELECT FROM job WHERE subject_id = substring(relname FROM '[0-9a-f]{32}')::uuid AND state IN ('queued', 'running', 'paused'))`,
})

/** Drops tables that attempts of other, ended extractions left when they were killed: no job of theirs is waiting or running. */
async function dropOrphans(tx: Sql): Promise<void> {
  for (const { name } of await orphaned.all(tx, {})) await tx.query(`DROP TABLE IF EXISTS "${name}"`)
}

/** Fresh empty tables for an attempt, without indexes: rows go in faster and the indexes are built once. */
export async function createTables(tx: Sql, extractionId: string, attempt: number): Promise<void> {
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

/** Steps that index an attempt's two tables: within a table in order, the tables independent of each other. */
export function indexSteps(extractionId: string, attempt: number): Record<Parent, ((db: Sql) => Promise<void>)[]> {
  const feature = buildName('feature', extractionId, attempt)
  const example = buildName('feature_example', extractionId, attempt)
  const step = (text: string) => async (db: Sql) => {
    await db.query(text)
  }
  return {
    feature_example: [
      step(`ALTER TABLE "${example}" ADD PRIMARY KEY (extraction_id, feature_index, kind, rank)`),
      step(`ANALYZE "${example}"`),
    ],
    feature: [
      step(`ALTER TABLE "${feature}" ADD PRIMARY KEY (extraction_id, index)`),
      step(`CREATE INDEX ON "${feature}" (density)`),
      step(`CREATE INDEX ON "${feature}" (max_activation)`),
      step(`CREATE INDEX ON "${feature}" USING gin (search_text gin_trgm_ops)`),
      step(`ANALYZE "${feature}"`),
    ],
  }
}

/** Begins a COPY in PostgreSQL's binary format. @param columns identifiers already quoted where needed. */
export const openCopy = (client: PoolClient, table: string, columns: readonly string[]): CopyStreamQuery =>
  client.query(copyFrom(`COPY "${table}" (${columns.join(', ')}) FROM STDIN WITH (FORMAT binary)`))

/**
 * Renames an attempt's tables to their lasting names and attaches them; inside the transaction that proves the attempt.
 */
export async function attachTables(tx: Sql, extractionId: string, attempt: number): Promise<void> {
  for (const parent of PARENTS) {
    const built = buildName(parent, extractionId, attempt)
    const name = partitionName(parent, extractionId)
    await tx.query(`ALTER TABLE "${built}" RENAME TO "${name}"`)
    await tx.query(`ALTER TABLE "${parent}" ATTACH PARTITION "${name}" FOR VALUES IN ('${extractionId}')`)
    await tx.query(`ALTER TABLE "${name}" DROP CONSTRAINT in_extraction`)
  }
}
