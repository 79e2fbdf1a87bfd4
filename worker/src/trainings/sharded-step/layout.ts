// Sizes of a sharded training step: which features a shard owns, what lies in its own memory, what all shards share.
import type { TopkTrainingConfig } from '@mistudio/interp'
import { auxWidth } from '@mistudio/interp'
import { doubles, floats, memoryBytes, paddedWidth } from '@mistudio/kernels'

export interface ShardLayout {
  readonly config: TopkTrainingConfig
  /** Most tokens of a batch. */
  readonly batchSize: number
  readonly shards: number
  readonly shard: number
  /** First feature of the shard, and how many it owns. */
  readonly first: number
  readonly features: number
  /** d_in padded for the kernels. */
  readonly width: number
  /** Candidates per token for the auxiliary loss; 0 when it is off. */
  readonly auxK: number
}

/** Fewest features worth a thread of its own. */
const MIN_FEATURES = 16

/** Shards to use for `threads` threads. */
export const shardCount = (dSae: number, threads: number): number =>
  Math.max(1, Math.min(threads, Math.floor(dSae / MIN_FEATURES)))

/** Pre-activations of a chunk, in floats: about what a core's second-level cache holds. */
const CHUNK_FLOATS = 2 ** 18
const MIN_CHUNK = 128
const MAX_CHUNK = 512

/** Tokens encoded at a time, for a number of features. */
export const chunkSize = (features: number): number =>
  Math.max(MIN_CHUNK, Math.min(MAX_CHUNK, Math.floor(CHUNK_FLOATS / features)))

export function shardLayout(config: TopkTrainingConfig, batchSize: number, shards: number, shard: number): ShardLayout {
  const first = Math.floor((config.dSae * shard) / shards)
  const end = Math.floor((config.dSae * (shard + 1)) / shards)
  const auxK = config.auxCoefficient > 0 ? auxWidth(config.dIn) : 0
  return { config, batchSize, shards, shard, first, features: end - first, width: paddedWidth(config.dIn), auxK }
}

/** Places in a shard's own memory. Matrices are [features, width], token arrays [batch, width] or [batch, k]. */
export function shardSlots({ config, batchSize, shards, features, width, auxK }: ShardLayout) {
  const matrix = floats(features * width)
  // Adam runs over whole blocks, so vectors over features are padded like rows.
  const vector = floats(paddedWidth(features))
  const row = floats(width)
  const tokens = floats(batchSize * width)
  const entries = floats(batchSize * config.k)
  const auxEntries = floats(batchSize * auxK)
  const auxTokens = floats(auxK > 0 ? batchSize * width : 0)
  const auxFeatures = floats(auxK > 0 ? features : 0)
  return {
    wEnc: matrix,
    wEncM: matrix,
    wEncV: matrix,
    wDec: matrix,
    wDecM: matrix,
    wDecV: matrix,
    gEnc: matrix,
    gDec: matrix,
    bEnc: vector,
    bEncM: vector,
    bEncV: vector,
    gBias: vector,
    norm: vector,
    inverse: vector,
    bDec: row,
    bDecM: row,
    bDecV: row,
    gBDec: row,
    sums: doubles(width),
    x: tokens,
    h: floats(config.applyBDecToInput ? batchSize * width : 0),
    error: tokens,
    part: tokens,
    // Dead features are at most all of them, in chunks that may be longer.
    pre: floats(Math.max(CHUNK_FLOATS, MIN_CHUNK * features)),
    room: floats(3 * features),
    values: entries,
    index: entries,
    keep: floats(batchSize),
    candidates: floats(shards * batchSize * config.k),
    counts: floats(shards),
    cursor: floats(shards),
    start: floats(features + 1),
    position: floats(features),
    token: entries,
    value: entries,
    delta: entries,
    deadRows: floats(auxK > 0 ? features * width : 0),
    deadIds: auxFeatures,
    deadBias: auxFeatures,
    deadNorm: auxFeatures,
    auxError: auxTokens,
    auxValues: auxEntries,
    auxIndex: auxEntries,
    auxKeep: floats(batchSize),
    auxCandidates: floats(shards * batchSize * auxK),
    auxToken: auxEntries,
    auxValue: auxEntries,
    auxDelta: auxEntries,
  }
}

/** Numbers every shard publishes in a step. */
export const SCALARS = ['mse', 'aux', 'squares', 'active', 'dead', 'gradient'] as const
export type Scalar = (typeof SCALARS)[number]

/** Bytes of the arrays that shards exchange. */
export function exchangeBytes({ config, batchSize, shards, width, auxK }: ShardLayout) {
  const tokens = batchSize * width * 4
  return {
    control: 64,
    x: tokens,
    parts: shards * tokens,
    values: shards * batchSize * config.k * 4,
    auxParts: auxK > 0 ? shards * tokens : 0,
    auxValues: shards * batchSize * auxK * 4,
    /** Per shard: column sums of the error, of x, and b_enc gradients times encoder rows. */
    vectors: shards * 3 * width * 8,
    scalars: shards * SCALARS.length * 8,
  }
}

/** Bytes that a training step holds in all: shards and exchange. For estimates and refusals before anything is allocated. */
export function trainingBytes(config: TopkTrainingConfig, batchSize: number, threads: number): number {
  const shards = shardCount(config.dSae, threads)
  const layouts = Array.from({ length: shards }, (_, shard) => shardLayout(config, batchSize, shards, shard))
  const exchange = Object.values(exchangeBytes(layouts[0]!)).reduce((sum, bytes) => sum + bytes, 0)
  return layouts.reduce((sum, layout) => sum + memoryBytes(shardSlots(layout)), exchange)
}
