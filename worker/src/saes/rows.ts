// Rows of SAEs that are imported and checked.
import type { SaeCheck, SaeDeclared } from '@mistudio/contracts'
import { type Sql, statement } from '@mistudio/sql'

const storedState = statement({
  params: { id: 'uuid' },
  columns: { stored: 'boolean' },
  sql: (p) => `SELECT architecture <> '' AS stored FROM sae WHERE id = ${p.id}`,
})

/** Whether an attempt wrote the SAE and said so in its row; null when the row was deleted. */
export const isStored = async (db: Sql, id: string): Promise<boolean | null> =>
  (await storedState.first(db, { id }))?.stored ?? null

const imported = statement({
  params: {
    id: 'uuid',
    architecture: 'text',
    dIn: 'int',
    dSae: 'int',
    k: 'int?',
    contextSize: 'int',
    bytes: 'bigint',
    layout: 'text',
    declared: 'jsonb',
  },
  sql: (p) =>
    `UPDATE sae SET architecture = ${p.architecture}, d_in = ${p.dIn}, d_sae = ${p.dSae}, k = ${p.k},
       context_size = ${p.contextSize}, bytes = ${p.bytes}, layout = ${p.layout}, declared = ${p.declared}
     WHERE id = ${p.id}`,
})

export interface ImportedSae {
  readonly architecture: string
  readonly dIn: number
  readonly dSae: number
  /** null where it is no whole number: such an SAE has no k per token. */
  readonly k: number | null
  readonly contextSize: number
  readonly bytes: number
  readonly layout: string
  readonly declared: SaeDeclared
}

export const storeImport = (tx: Sql, id: string, sae: ImportedSae): Promise<void> => imported.run(tx, { id, ...sae })

const emptied = statement({
  params: { id: 'uuid' },
  sql: (p) => `UPDATE sae SET architecture = '', bytes = 0 WHERE id = ${p.id}`,
})

/** The files are to be removed: the row says that nothing is stored. */
export const storeNothing = (tx: Sql, id: string): Promise<void> => emptied.run(tx, { id })

const checked = statement({
  params: { id: 'uuid', check: 'jsonb' },
  sql: (p) => `UPDATE sae SET "check" = ${p.check}, ready_at = coalesce(ready_at, now()) WHERE id = ${p.id}`,
})

export const storeCheck = (tx: Sql, id: string, check: SaeCheck): Promise<void> => checked.run(tx, { id, check })
