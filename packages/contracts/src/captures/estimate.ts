// What a capture takes: bytes by arithmetic, seconds by the speed that earlier captures were measured at. Pure.
import type { Capture, CaptureParams, CaptureTiming } from './schemas.js'

/** Bytes stored per token beside the activations: token id, context and position as int32. */
const TRACE_BYTES = 12
const MOST_ROWS = 16_384

export interface CapturePlan {
  readonly contexts: number
  readonly tokens: number
  /** Of all shards, exact but for the headers of the files. */
  readonly bytes: number
  readonly contextsPerShard: number
  readonly shards: number
}

/** `widths`: values per token of each site; `splitContexts`: contexts there are to read. */
export function estimateCapture(
  params: Pick<CaptureParams, 'tokens' | 'dtype' | 'shardBytes'>,
  widths: readonly number[],
  contextSize: number,
  splitContexts: number,
): CapturePlan {
  const contexts = Math.min(splitContexts, Math.ceil(params.tokens / contextSize))
  const width = widths.reduce((sum, one) => sum + one, 0)
  const perContext = contextSize * (width * (params.dtype === 'float16' ? 2 : 4) + TRACE_BYTES)
  const contextsPerShard = Math.max(1, Math.floor(params.shardBytes / perContext))
  return {
    contexts,
    tokens: contexts * contextSize,
    bytes: contexts * perContext,
    contextsPerShard,
    shards: Math.ceil(contexts / contextsPerShard),
  }
}

export interface ComparisonPlan {
  /** Every how manieth row is read. */
  readonly stride: number
  readonly rows: number
  /** Multiplications of all pairs on these rows. */
  readonly products: number
}

/** Widths of all sites, each multiplied with itself once, and of the pairs that are multiplied with one another. */
export interface ComparisonWork {
  readonly widths: readonly number[]
  readonly pairs: readonly (readonly [number, number])[]
}

/**
 * Rows that comparisons read so that all of them together stay within `most` multiplications. The stride
 * shares no factor with the context size, so that every position is met equally often.
 */
export function planComparisons(
  tokens: number,
  contextSize: number,
  { widths, pairs }: ComparisonWork,
  most: number,
): ComparisonPlan {
  const own = pairs.length > 0 ? widths.reduce((sum, width) => sum + width * width, 0) : 0
  const perRow = pairs.reduce((sum, [a, b]) => sum + a * b, own)
  const wanted = Math.max(1, Math.min(MOST_ROWS, Math.floor(most / Math.max(1, perRow))))
  let stride = Math.max(1, Math.ceil(tokens / wanted))
  while (greatestCommonDivisor(stride, contextSize) > 1) stride++
  const rows = Math.ceil(tokens / stride)
  return { stride, rows, products: rows * perRow }
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))

/** What the speed of reading depends on. */
type Source = Pick<Capture, 'modelId' | 'precision' | 'contextSize'>
type Measured = Source & Pick<Capture, 'summary' | 'createdAt'>

/**
 * Seconds that a capture will take at the speed of earlier ones: reading as the newest of the same model, precision and
 * context size did, statistics as the newest that had them. Null where one of these was never measured.
 */
export function estimateSeconds(
  plan: Pick<CapturePlan, 'tokens'>,
  widths: readonly number[],
  source: Source,
  earlier: readonly Measured[],
): number | null {
  const newestFirst = [...earlier].sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  const alike = newestFirst.filter((one) => sourceKey(one) === sourceKey(source))
  const values = plan.tokens * widths.reduce((sum, width) => sum + width, 0)
  const stages = [secondsOf(plan.tokens, 'capturing', alike), secondsOf(values, 'measuring', newestFirst)]
  return stages.reduce((sum, stage) => (sum === null || stage === null ? null : sum + stage), 0)
}

const sourceKey = ({ modelId, precision, contextSize }: Source): string => `${modelId} ${precision} ${contextSize}`

function secondsOf(work: number, stage: keyof CaptureTiming, measured: readonly Measured[]): number | null {
  if (work === 0) return 0
  for (const { summary } of measured) {
    const found = summary?.timing?.[stage]
    if (found && found.work > 0) return (work / found.work) * found.seconds
  }
  return null
}
