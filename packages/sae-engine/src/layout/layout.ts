// Sizes of a sharded training step: which features a shard owns, what lies in its own memory, what all shards share.
import { auxWidth } from '@mistudio/interp/step'
import { blockRoom, doubles, floats, memoryBytes, paddedWidth, type Slot } from '@mistudio/kernels'
import { CHUNK_SUMS } from '../passes/chunk-sums.js'
import { parametersOf } from '../plan/parameters.js'
import { hasGhosts, type ShardPlan } from '../plan/types.js'

export interface ShardLayout {
  readonly plan: ShardPlan
  /** Most tokens of a batch. */
  readonly batchSize: number
  readonly shards: number
  readonly shard: number
  /** First feature of the shard, and how many it owns. */
  readonly first: number
  readonly features: number
  /** d_in and d_out padded for the kernels. */
  readonly wIn: number
  readonly wOut: number
  /** Reconstructions: one per prefix of the dictionary, two for gated. */
  readonly planes: number
  /** The way of the pointwise architectures where it is not to be decided by each batch: for tests and measurements. */
  readonly way: Way | null
}

/** Lists of entries, or dense products. */
export type Way = 'sparse' | 'dense'

/** Fewest features worth a thread of its own. */
const MIN_FEATURES = 16

/** Shards to use for `threads` threads. */
const shardCount = (dSae: number, threads: number): number =>
  Math.max(1, Math.min(threads, Math.floor(dSae / MIN_FEATURES)))

export const firstFeature = (dSae: number, shards: number, shard: number): number => Math.floor((dSae * shard) / shards)

function shardLayout(
  plan: ShardPlan,
  batchSize: number,
  shards: number,
  shard: number,
  way: Way | null = null,
): ShardLayout {
  const first = firstFeature(plan.dSae, shards, shard)
  return {
    plan,
    batchSize,
    shards,
    shard,
    way,
    first,
    features: firstFeature(plan.dSae, shards, shard + 1) - first,
    wIn: paddedWidth(plan.dIn),
    wOut: paddedWidth(plan.dOut),
    planes: plan.kind === 'gated' ? 2 : plan.kind === 'topk' ? plan.widths.length : 1,
  }
}

export function shardLayouts(
  plan: ShardPlan,
  batchSize: number,
  threads: number,
  way: Way | null = null,
): ShardLayout[] {
  const shards = shardCount(plan.dSae, threads)
  return Array.from({ length: shards }, (_, shard) => shardLayout(plan, batchSize, shards, shard, way))
}

/** Tokens encoded at a time: enough that packing the weights costs little, few enough to stay in a cache. */
const CHUNK_FLOATS = 2 ** 22
const [MIN_CHUNK, MAX_CHUNK] = [128, 512]

/** Tokens encoded at a time, for a number of features. */
export const chunkSize = (features: number): number =>
  Math.max(MIN_CHUNK, Math.min(MAX_CHUNK, Math.floor(CHUNK_FLOATS / features)))

/** Most features of any shard: what all agree on. */
export const widestShard = ({ plan, shards }: ShardLayout): number => Math.ceil(plan.dSae / shards)

/**
 * Share of activations above which dense products are faster than lists of entries. Decided on the first chunk of each batch, so that
 * weights and batch alone decide.
 */
export const DENSE_SHARE = 0.03
/** Room of the lists, so that the rest of a batch may be somewhat denser than its first chunk. */
const ENTRY_MARGIN = 1.5

/** Entries a shard has room for. */
export function entryCapacity({ plan, batchSize, features, shards, way }: ShardLayout): number {
  if (way === 'sparse' && plan.kind !== 'topk') return (batchSize + 1) * features
  if (plan.kind !== 'topk') return Math.ceil(ENTRY_MARGIN * DENSE_SHARE * batchSize * features) + features
  if (plan.over === 'token') return batchSize * Math.min(plan.k, features)
  return Math.min(batchLimit(plan.k, batchSize), batchSize * Math.ceil(plan.dSae / shards))
}

/** Activations that a batch of `rows` tokens keeps under a batch top-k. */
export const batchLimit = (k: number, rows: number): number => Math.floor(k * rows)

/** Features that the auxiliary loss may use per token; 0 when there is none. */
export const auxLimit = (plan: ShardPlan): number =>
  plan.kind === 'topk' && plan.auxCoefficient > 0 ? auxWidth(plan.dIn) : 0

/** Places in a shard's own memory, by name. Matrices are [features, width], token arrays [batch, width]. */
export function shardSlots(layout: ShardLayout): Record<string, Slot> {
  const { plan, batchSize, features, wIn, wOut, planes, shards } = layout
  const perFeature = floats(paddedWidth(features))
  const outputs = floats(planes * batchSize * wOut)
  const own = floats(planes * (Math.ceil(batchSize / shards) + 1) * wOut)
  const entries = floats(entryCapacity(layout))
  return {
    ...parameterSlots(layout),
    norm: perFeature,
    inverse: perFeature,
    low: perFeature,
    weight: perFeature,
    sums: doubles(Math.max(wIn, wOut)),
    x: floats(batchSize * wIn),
    h: floats(batchSize * wIn),
    part: outputs,
    other: floats(batchSize * wOut),
    grad: outputs,
    error: own,
    target: floats(batchSize * wOut),
    mean: floats(wOut),
    figures: doubles(2 * batchSize),
    // Rows of chunks: pre-activations, activations, their gradients; two of each for gated.
    ...Object.fromEntries(chunkNames(plan).map((name) => [name, floats(chunkFloats(layout))])),
    offset: floats(batchSize + 1),
    index: entries,
    value: entries,
    start: floats(features + 1),
    position: floats(features),
    token: entries,
    sorted: entries,
    // Gradients of what the entries decode; copies of a block of the rows that are summed.
    product0: entries,
    block: blockRoom(batchSize, Math.max(wIn, wOut)),
    bounds: floats(planes > 1 && plan.kind === 'topk' ? (planes + 1) * batchSize : 0),
    ...(plan.kind === 'topk' ? topkSlots(layout, plan.over === 'token' ? plan.k : 0) : pointwiseSlots(layout)),
    ...(auxLimit(plan) > 0 || hasGhosts(plan) ? deadSlots(layout) : {}),
    ...(auxLimit(plan) > 0 ? auxSlots(layout) : {}),
  }
}

/** Chunk buffers of the dense products. */
const chunkNames = (plan: ShardPlan): string[] =>
  plan.kind === 'gated' ? ['pre', 'acts0', 'dActs0', 'acts1', 'dActs1'] : ['pre', 'acts0', 'dActs0']

const chunkFloats = (layout: ShardLayout): number => {
  const widest = widestShard(layout)
  return Math.max(Math.min(CHUNK_FLOATS, MAX_CHUNK * widest), Math.min(MIN_CHUNK, layout.batchSize) * widest)
}

function parameterSlots(layout: ShardLayout): Record<string, Slot> {
  const { plan, features, wIn, wOut } = layout
  const slots: Record<string, Slot> = {}
  for (const { name, kind } of parametersOf(plan)) {
    const count = {
      encoder: features * wIn,
      decoder: features * wOut,
      feature: paddedWidth(features),
      output: Math.max(wIn, wOut),
    }[kind]
    for (const part of ['', '.m', '.v', '.g']) slots[`${name}${part}`] = floats(count)
  }
  return slots
}

function topkSlots({ plan, batchSize, features, shards }: ShardLayout, k: number): Record<string, Slot> {
  const room = { room: floats(3 * features) }
  if (k > 0) {
    const top = floats(batchSize * k)
    return {
      ...room,
      top,
      topIndex: top,
      keep: floats(batchSize),
      candidates: floats(shards * batchSize * k),
      counts: floats(shards),
      cursor: floats(shards),
    }
  }
  const limit = plan.kind === 'topk' ? batchLimit(plan.k, batchSize) : 0
  const held = floats(2 * limit + features)
  return {
    state: floats(4),
    held,
    heldToken: held,
    heldIndex: held,
    room: held,
    candidates: floats(shards * limit),
  }
}

function pointwiseSlots(layout: ShardLayout): Record<string, Slot> {
  const perFeature = floats(paddedWidth(layout.features))
  const entries = floats(entryCapacity(layout))
  const second = layout.planes > 1 ? { product1: entries, weight1: entries } : {}
  const sums = Array.from({ length: CHUNK_SUMS }, (_, n) => [`sum${n}`, perFeature])
  return {
    acts: entries,
    dPre: entries,
    weight0: entries,
    ...second,
    turned: turnedFloats(layout),
    ...Object.fromEntries(sums),
    add: perFeature,
    scale: perFeature,
    open: floats(layout.batchSize),
    slope: floats(layout.batchSize),
  }
}

/** One gradient of a matrix in the other order. */
const turnedFloats = ({ features, wIn, wOut }: ShardLayout): Slot => floats(features * Math.max(wIn, wOut))

/** Rows of dead features with their gradients, and what they are to explain. */
function deadSlots(layout: ShardLayout): Record<string, Slot> {
  const { batchSize, features, wIn, wOut, shards } = layout
  const perFeature = floats(paddedWidth(features))
  return {
    deadIds: perFeature,
    deadBias: perFeature,
    deadNorm: perFeature,
    deadEnc: floats(features * wIn),
    deadDec: floats(features * wOut),
    deadEncG: floats(features * wIn),
    deadDecG: floats(features * wOut),
    turned: turnedFloats(layout),
    residual: floats((Math.ceil(batchSize / shards) + 1) * wOut),
  }
}

function auxSlots(layout: ShardLayout): Record<string, Slot> {
  const { batchSize, features, plan, shards } = layout
  const auxK = auxLimit(plan)
  const chunk = Math.min(batchSize, MAX_CHUNK * 8)
  const top = floats(chunk * auxK)
  return {
    auxTop: top,
    auxIndex: top,
    auxKeep: floats(chunk),
    auxCandidates: floats(shards * chunk * auxK),
    auxCounts: floats(shards),
    auxCursor: floats(shards),
    auxRoom: floats(3 * features),
  }
}

/** Tokens of a chunk over dead features when the shard with most of them has `dead`: as many as fit the chunk buffers. */
export const deadChunk = (layout: ShardLayout, dead: number): number =>
  Math.min(layout.batchSize, MAX_CHUNK * 8, Math.floor(chunkFloats(layout) / Math.max(1, dead)))

/** Numbers every shard publishes in a step. */
export function scalarNames({ planes }: ShardLayout): string[] {
  return [
    ...[
      'active',
      'dead',
      'gradient',
      'deviation',
      'legacy',
      'aux',
      'sparsity',
      'preAct',
      'entries',
      'overflow',
      'smallest',
    ],
    ...Array.from({ length: planes }, (_, plane) => `dead${plane}`),
    ...Array.from({ length: planes }, (_, plane) => `error${plane}`),
  ]
}

/** Bytes of the arrays that shards exchange. */
export function exchangeBytes(layout: ShardLayout) {
  const { plan, batchSize, shards, wIn, wOut, planes } = layout
  const outputs = batchSize * wOut * 4
  const perToken = plan.kind === 'topk' && plan.over === 'token' ? plan.k : 0
  const held = plan.kind === 'topk' && plan.over === 'batch' ? batchLimit(plan.k, batchSize) : 0
  return {
    control: 64,
    x: batchSize * wIn * 4,
    target: outputs,
    parts: shards * planes * outputs,
    grads: planes * outputs,
    /** Candidates of the selection, and of that among dead features. */
    values: shards * Math.max(batchSize * perToken, held) * 4,
    places: shards * held * 8,
    auxValues: shards * Math.min(batchSize, MAX_CHUNK * 8) * auxLimit(plan) * 4,
    tokenSums: shards * batchSize * 8,
    /** Per shard: column sums of gradients, of the target, and of what reaches b_dec through the input. */
    vectors: shards * 3 * Math.max(wIn, wOut) * 8,
    scalars: shards * scalarNames(layout).length * 8,
  }
}

/** Bytes that a training step holds in all: shards and exchange. For estimates and refusals before anything is allocated. */
export function trainingBytes(plan: ShardPlan, batchSize: number, threads: number): number {
  const layouts = shardLayouts(plan, batchSize, threads)
  const exchange = Object.values(exchangeBytes(layouts[0]!)).reduce((sum, bytes) => sum + bytes, 0)
  return layouts.reduce((sum, layout) => sum + memoryBytes(shardSlots(layout)), exchange)
}
