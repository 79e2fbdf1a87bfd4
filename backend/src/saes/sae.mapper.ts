// A row of an SAE as the API shows it.
import {
  type Damage,
  type Job,
  PrecisionSchema,
  type Sae,
  SaeCheckSchema,
  SaeDeclaredSchema,
  SaeLayoutSchema,
  SaeOriginSchema,
  TrainingSummarySchema,
} from '@mistudio/contracts'
import { z } from 'zod'
import { describedOf } from '../common/describe.js'
import { statusOf } from '../common/status.js'
import { iso } from '../common/time.js'
import type { SaeRow } from './saes.repository.js'

/** Rows of SAEs of one site list none. */
function sitesOf({ site, sites }: Pick<SaeRow, 'site' | 'sites'>): string[] {
  const all = z.array(z.string()).parse(sites)
  return all.length > 0 ? all : [site]
}

export const toSae = (row: SaeRow, job: Job | null, damage: Damage | null): Sae => ({
  id: row.id,
  ...describedOf(row),
  status: statusOf(row.readyAt, job, 'importing'),
  modelId: row.modelId,
  modelName: row.modelName,
  precision: PrecisionSchema.parse(row.precision),
  modelPrecision: PrecisionSchema.nullable().parse(row.model?.precision ?? null),
  trainingId: row.trainingId,
  site: row.site,
  siteOut: row.siteOut,
  sites: sitesOf(row),
  architecture: row.architecture,
  dIn: row.dIn,
  dSae: row.dSae,
  k: row.k,
  contextSize: contextOf(row),
  summary: TrainingSummarySchema.nullable().parse(row.summary),
  bytes: Number(row.bytes),
  origin: SaeOriginSchema.nullable().parse(row.source),
  layout: SaeLayoutSchema.nullable().parse(row.layout),
  declared: SaeDeclaredSchema.nullable().parse(row.declared),
  check: SaeCheckSchema.nullable().parse(row.check),
  damage,
  job,
  extractions: row._count.extractions,
  createdAt: iso(row.createdAt),
})

/** The row holds the longest context it may read; what it was trained on is its own training's, or what its files say. */
function contextOf({ contextSize, source, declared }: SaeRow): number | null {
  if (source === null) return contextSize
  return SaeDeclaredSchema.nullable().parse(declared)?.contextSize ?? null
}
