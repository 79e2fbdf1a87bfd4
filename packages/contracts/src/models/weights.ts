// Weight statistics of a model, tensor by tensor, computed from the files on demand.
import { z } from 'zod'
import { line } from '../common/text.js'

export const ModelTensorSchema = z.object({
  /** As the file names it. */
  name: z.string(),
  shape: z.array(z.int()),
  /** As stored: F32, F16, BF16 ... */
  dtype: z.string(),
  bytes: z.number(),
  count: z.number(),
  /** Null: not used by the model (a buffer, or a tensor the architecture does not know). */
  part: z.enum(['embedding', 'attention', 'mlp', 'norm', 'unembedding']).nullable(),
  layer: z.int().nullable(),
})
export type ModelTensor = z.infer<typeof ModelTensorSchema>

export const TENSOR_BINS = 64

/** Quantiles (nearest rank) of the L2 norms of rows or columns. */
export const NormQuantilesSchema = z.object({
  count: z.int(),
  min: z.number(),
  p05: z.number(),
  p25: z.number(),
  median: z.number(),
  p75: z.number(),
  p95: z.number(),
  max: z.number(),
})
export type NormQuantiles = z.infer<typeof NormQuantilesSchema>

/** From all values of a tensor, in float64. NaN and infinities are counted and left out of everything else. */
export const TensorStatisticsSchema = z.object({
  name: z.string(),
  count: z.number(),
  notFinite: z.number(),
  zeros: z.number(),
  mean: z.number(),
  /** Of the population (divided by the count). */
  std: z.number(),
  min: z.number(),
  max: z.number(),
  /** L2 norm of all values. */
  norm: z.number(),
  /** Excess kurtosis: 0 for a normal distribution; null when all values are equal. */
  kurtosis: z.number().nullable(),
  /** TENSOR_BINS equal bins from min to max; null when there is nothing to divide. */
  histogram: z.object({ edges: z.array(z.number()), counts: z.array(z.number()) }).nullable(),
  /** Of matrices as stored: row norms over columns, column norms over rows. */
  rows: NormQuantilesSchema.nullable(),
  columns: NormQuantilesSchema.nullable(),
})
export type TensorStatistics = z.infer<typeof TensorStatisticsSchema>

export const TensorQuerySchema = z.object({ name: line().min(1).max(1000) })
