// Features read straight from their extraction's partition, and the annotations of an SAE's features.

import {
  type AnnotateFeatures,
  type Example,
  type FeatureFilter,
  type FeatureListQuery,
  type FeatureRow,
  FeatureRowSchema,
  FeatureSchema,
} from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { Database } from '../common/database.js'
import { takeRows } from '../common/hold.js'
import { partitionName } from '../extractions/partitions.js'
import type { DensityBin } from './densities.js'
import {
  densityStatement,
  featureCountStatement,
  featureIndicesStatement,
  featureListStatement,
} from './feature-list.query.js'

/** bigint comes as text from the driver. */
const Count = z.coerce.number()
const ListRow = z
  .object({
    index: z.int(),
    label: z.string().nullable(),
    starred: z.boolean(),
    density: z.number(),
    max_activation: z.number(),
    mean_activation: z.number(),
    firings: Count,
    top_tokens: z.array(z.string()).nullable(),
    best: FeatureRowSchema.shape.best,
    total: Count,
  })
  .transform((row) => ({
    total: row.total,
    feature: {
      index: row.index,
      label: row.label,
      starred: row.starred,
      density: row.density,
      maxActivation: row.max_activation,
      meanActivation: row.mean_activation,
      firings: row.firings,
      topTokens: row.top_tokens ?? [],
      best: row.best,
    },
  }))

const DetailRow = z.object({
  density: z.number(),
  max_activation: z.number(),
  mean_activation: z.number(),
  firings: Count,
  top_tokens: z.array(z.string()).nullable(),
  histogram: FeatureSchema.shape.histogram,
  quantile_edges: z.array(z.number()).nullable(),
  positive_logits: FeatureSchema.shape.positiveLogits,
  negative_logits: FeatureSchema.shape.negativeLogits,
  neighbours: z.array(z.object({ index: z.int(), cosine: z.number() })),
  logit_histogram: FeatureSchema.shape.logitHistogram,
})
export type Detail = z.infer<typeof DetailRow>

const ExampleRow = z.object({
  kind: z.enum(['top', 'quantile']),
  group: z.int().nullable(),
  value: z.number(),
  context: z.int(),
  position: z.int(),
  peak: z.int(),
  token_ids: z.array(z.int()),
  texts: z.array(z.string()),
  activations: z.array(z.number()),
})

export interface Annotation {
  readonly index: number
  readonly label: string | null
  readonly notes: string
  readonly starred: boolean
}

@Injectable()
export class FeaturesRepository {
  constructor(private readonly database: Database) {}

  async list(
    extractionId: string,
    saeId: string,
    query: FeatureListQuery,
  ): Promise<{ items: FeatureRow[]; total: number }> {
    const rows = z.array(ListRow).parse(await this.query(featureListStatement(extractionId, saeId, query)))
    const first = rows[0]
    if (first) return { items: rows.map(({ feature }) => feature), total: first.total }
    if (query.offset === 0) return { items: [], total: 0 }
    const counted = z
      .array(z.object({ total: Count }))
      .parse(await this.query(featureCountStatement(extractionId, saeId, query)))
    return { items: [], total: counted[0]?.total ?? 0 }
  }

  async indices(extractionId: string, saeId: string, query: FeatureFilter): Promise<number[]> {
    const rows = await this.query(featureIndicesStatement(extractionId, saeId, query))
    return z
      .array(z.object({ index: z.int() }))
      .parse(rows)
      .map(({ index }) => index)
  }

  async densities(extractionId: string): Promise<DensityBin[]> {
    return z
      .array(z.object({ bin: z.int().nullable(), count: z.int() }))
      .parse(await this.query(densityStatement(extractionId)))
  }

  async detail(extractionId: string, index: number): Promise<Detail | null> {
    const text = `SELECT density, max_activation, mean_activation, firings, top_tokens, histogram, quantile_edges, positive_logits,
      negative_logits, neighbours, logit_histogram FROM "${partitionName('feature', extractionId)}" WHERE extraction_id = $1 AND index = $2`
    const [row] = await this.query({ text, values: [extractionId, index] })
    return row === undefined ? null : DetailRow.parse(row)
  }

  /** Strongest first, then the sampled ones from the weakest group up. */
  async examples(extractionId: string, index: number): Promise<Example[]> {
    const text = `SELECT kind, "group", value, context, position, peak, token_ids, texts, activations
      FROM "${partitionName('feature_example', extractionId)}" WHERE extraction_id = $1 AND feature_index = $2
      ORDER BY kind DESC, "group", rank`
    const rows = z.array(ExampleRow).parse(await this.query({ text, values: [extractionId, index] }))
    return rows.map(({ token_ids, texts, ...example }) => ({
      ...example,
      tokens: token_ids.map((id, i) => ({ id, text: texts[i] ?? '' })),
    }))
  }

  /** The features beside this one in the order of the list's default: strongest first, equal ones by index. */
  async beside(
    extractionId: string,
    index: number,
    max: number,
  ): Promise<{ previous: number | null; next: number | null }> {
    const table = `"${partitionName('feature', extractionId)}"`
    const text = `SELECT
      (SELECT index FROM ${table} WHERE max_activation > $2 OR (max_activation = $2 AND index < $1)
       ORDER BY max_activation ASC, index DESC LIMIT 1) AS previous,
      (SELECT index FROM ${table} WHERE max_activation < $2 OR (max_activation = $2 AND index > $1)
       ORDER BY max_activation DESC, index ASC LIMIT 1) AS next`
    const [row] = await this.query({ text, values: [index, max] })
    return z.object({ previous: z.int().nullable(), next: z.int().nullable() }).parse(row)
  }

  /** Maximum activation of each of these features that exists. */
  async maxima(extractionId: string, indices: readonly number[]): Promise<Map<number, number>> {
    const text = `SELECT index, max_activation FROM "${partitionName('feature', extractionId)}" WHERE extraction_id = $1 AND index = ANY($2)`
    const rows = z
      .array(z.object({ index: z.int(), max_activation: z.number() }))
      .parse(await this.query({ text, values: [extractionId, indices] }))
    return new Map(rows.map((row) => [row.index, row.max_activation]))
  }

  async annotations(saeId: string, indices: readonly number[]): Promise<Map<number, Annotation>> {
    const where = { saeId, index: { in: [...indices] } }
    const rows = await this.database.prisma.featureAnnotation.findMany({ where })
    return new Map(rows.map((row) => [row.index, row]))
  }

  /** @param check sees the annotation as it is now; two of one SAE come one after the other. */
  annotate(
    saeId: string,
    index: number,
    change: Partial<Omit<Annotation, 'index'>>,
    check: (now: Annotation) => void,
  ): Promise<Annotation> {
    const where = { saeId_index: { saeId, index } }
    return this.database.transaction(async (tx) => {
      await takeRows(tx, [{ type: 'sae', id: saeId }])
      check((await tx.featureAnnotation.findUnique({ where })) ?? { index, label: null, notes: '', starred: false })
      return tx.featureAnnotation.upsert({ where, create: { saeId, index, ...change }, update: change })
    })
  }

  /**
   * Sets star and label of many features in one statement.
   * @returns how many rows have changed; features that have these values already are not counted.
   */
  annotateMany(saeId: string, { indices, label, replaceLabels, ...change }: AnnotateFeatures): Promise<number> {
    const starred = change.starred ?? null
    return this.database.transaction(async (tx) => {
      await takeRows(tx, [{ type: 'sae', id: saeId }])
      const named = label === undefined ? null : (label ?? '')
      return tx.$executeRaw`
        INSERT INTO feature_annotation AS a (sae_id, index, label, notes, starred, updated_at)
        SELECT ${saeId}::uuid, index, nullif(${named}, ''), '', coalesce(${starred}::boolean, false), now()
        FROM unnest(${indices}::int[]) AS index
        ON CONFLICT (sae_id, index) DO UPDATE SET
          starred = coalesce(${starred}::boolean, a.starred),
          label = CASE WHEN ${named}::text IS NULL OR (a.label IS NOT NULL AND NOT ${replaceLabels}) THEN a.label ELSE nullif(${named}, '') END,
          updated_at = now()
        WHERE a.starred IS DISTINCT FROM coalesce(${starred}::boolean, a.starred)
          OR (${named}::text IS NOT NULL AND (a.label IS NULL OR ${replaceLabels}) AND a.label IS DISTINCT FROM nullif(${named}, ''))`
    })
  }

  private async query({ text, values }: { text: string; values: readonly unknown[] }): Promise<unknown[]> {
    return (await this.database.pool.query(text, [...values])).rows
  }
}
