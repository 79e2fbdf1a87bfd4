// The row of a model, as its checks leave it.
import type { ModelInspection, ParityReport, ParitySummary, SelfCheck } from '@mistudio/contracts'
import type { Precision } from '@mistudio/interp/models'
import { type Sql, statement } from '@mistudio/sql'

const checked = statement({
  params: {
    id: 'uuid',
    precision: 'text',
    spec: 'jsonb?',
    structure: 'jsonb?',
    sites: 'jsonb',
    absentSites: 'jsonb',
    tokenizer: 'jsonb?',
    selfCheck: 'jsonb?',
    warnings: 'jsonb',
    parity: 'jsonb?',
    parityReport: 'jsonb?',
  },
  sql: (p) =>
    `UPDATE model SET precision = ${p.precision}, spec = ${p.spec}, structure = ${p.structure}, sites = ${p.sites},
       absent_sites = ${p.absentSites}, tokenizer = ${p.tokenizer}, self_check = ${p.selfCheck}, warnings = ${p.warnings},
       parity = ${p.parity}, parity_report = ${p.parityReport}, ready_at = coalesce(ready_at, now())
     WHERE id = ${p.id}`,
})

export interface CheckedModel
  extends Pick<ModelInspection, 'spec' | 'structure' | 'sites' | 'absentSites' | 'tokenizer'> {
  readonly precision: Precision
  readonly selfCheck: SelfCheck | null
  readonly warnings: readonly string[]
  readonly parity: ParitySummary
  readonly parityReport: ParityReport
}

/** Writes the whole row at once. */
export const storeCheckedModel = (tx: Sql, id: string, model: CheckedModel): Promise<void> =>
  checked.run(tx, { id, ...model })
