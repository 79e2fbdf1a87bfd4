// Memory of a process that runs a model, before it is run: so that what does not fit is refused instead of ending in a crash.
import { quantisedBytes } from '../quantisation/index.js'
import { ModelError } from './errors.js'
import { STORED_WEIGHTS_LIMIT } from './graphs/sessions.js'
import { BLOCKED_FROM, QUERY_BLOCKS } from './layers/blocked-attention.js'
import type { LinearPlan, ModelPlan } from './plan.js'
import { type Precision, quantisedBits } from './precision.js'
import { planTensors } from './weights/tensors.js'

export interface RunShape {
  readonly precision: Precision
  readonly batch: number
  /** Tokens per row. */
  readonly context: number
  /** Logits of every position, of the last one of each row, or none (harvesting). */
  readonly logits: 'all' | 'last' | 'none'
  /** With a cache of keys and values, as generation has. */
  readonly cache: boolean
}

/** Bytes. */
export interface RunMemory {
  readonly weights: number
  readonly kv: number
  readonly activations: number
  readonly logits: number
  /** Copies made while the weights are read, turned and put into sessions; the process does not give their pages back soon. */
  readonly loading: number
  /** Of the process before it holds a model: code, runtime, heap. */
  readonly overhead: number
  readonly total: number
}

/** Resident bytes of a process with ONNX Runtime that has loaded no model, measured. */
const PROCESS_BYTES = 100 * 2 ** 20
/** What the first run of any size takes besides, measured. */
const FIRST_RUN_BYTES = 25 * 2 ** 20
/** What ONNX Runtime's arena holds for one byte of live intermediate values: it grows by doubling and never shrinks. Measured. */
const ARENA = 2

/** Share of a matrix let go of that is still held when the session is made: between none and all of it. */
const GARBAGE = 0.5

const size = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1)

function linearLayers({ blocks, unembedding }: ModelPlan, logits: boolean): LinearPlan[] {
  const inBlocks = blocks.flatMap(({ attention: { q, k, v, o }, mlp }) => [
    ...[q, k, v, o, mlp.input, mlp.output],
    ...(mlp.gate ? [mlp.gate] : []),
  ])
  return logits ? [...inBlocks, unembedding.linear] : inBlocks
}

function matrixBytes({ dIn, dOut }: LinearPlan, precision: Precision): number {
  const bits = quantisedBits(precision)
  if (bits !== null) return quantisedBytes(dIn, dOut, bits)
  return (precision === 'float16' ? 2 : 4) * dIn * dOut
}

/** Bytes of the weights that one graph reads: all of them, and those of quantised matrices. */
interface GraphWeights {
  readonly all: number
  readonly quantised: number
  /** Of the largest matrix as it is read from the file. */
  readonly largest: number
}

/** Matrices as the precision holds them, everything else in float32. A tied unembedding is a second, turned copy of the embedding. */
function graphWeights(plan: ModelPlan, precision: Precision, logits: boolean): GraphWeights {
  const matrices = linearLayers(plan, logits)
  const tied = plan.unembedding.linear.weight.tensor.name === plan.embedding.tokens.name
  const parameters = planTensors(plan).reduce((sum, { shape }) => sum + size(shape), 0)
  const inLayers = linearLayers(plan, !tied).reduce((sum, { dIn, dOut }) => sum + dIn * dOut, 0)
  const held = matrices.reduce((sum, layer) => sum + matrixBytes(layer, precision), 0)
  return {
    all: 4 * (parameters - inLayers) + held,
    quantised: quantisedBits(precision) === null ? 0 : held,
    largest: Math.max(...matrices.map(({ dIn, dOut }) => 4 * dIn * dOut)),
  }
}

/**
 * Copies made while a model is loaded. What is stored in a session exists three times in that moment: in the graph as it is handed over,
 * as the runtime's own tensors, and laid out for its products. What is fed exists once, and passes by one matrix at a time; one that is
 * quantised on its way is let go of, and may or may not have been collected when the copies are made.
 */
function loadingBytes(plan: ModelPlan, { all, quantised, largest }: GraphWeights): number {
  const parameters = planTensors(plan).reduce((sum, { shape }) => sum + size(shape), 0)
  const fed = 4 * parameters > STORED_WEIGHTS_LIMIT
  return (fed && quantised > 0 ? GARBAGE * largest : largest) + 2 * (fed ? quantised : all)
}

/** The widest moment of a block, per token: the stream, what is added to it and a normed copy beside queries, keys, values and z, or the MLP's. */
function activationsPerToken({ spec, blocks }: ModelPlan): number {
  const { heads, kvHeads, headDim, dModel, dMlp } = spec
  const gated = blocks.some(({ mlp }) => mlp.gate !== null)
  return 4 * (3 * dModel + Math.max((2 * heads + 2 * kvHeads) * headDim, (gated ? 3 : 2) * dMlp))
}

/** What makes up the activations of a run with a cache, in bytes: fixed, per token, and per pair of tokens of a row. */
export function cachedActivations(plan: ModelPlan): { fixed: number; perToken: number; perPair: number } {
  const pair = { precision: 'float32', batch: 1, context: 1, logits: 'none', cache: true } as const
  return { fixed: FIRST_RUN_BYTES, perToken: ARENA * activationsPerToken(plan), perPair: scoresBytes(plan, pair) }
}

/** Scores of a layer's attention: of one block of queries at a time, of all where the layer goes in one piece. */
function scoresBytes({ spec, blocks }: ModelPlan, { batch, context, cache }: RunShape): number {
  const inOnePiece = cache || context < BLOCKED_FROM || blocks.some(({ attention }) => attention.softcap !== null)
  return (4 * batch * spec.heads * context * context) / (inOnePiece ? 1 : QUERY_BLOCKS)
}

/**
 * Estimate of the largest resident memory of the whole process that loads the model and runs one graph of it; a second graph of a small
 * model holds its weights again. See bench/memory.mjs for how near it is.
 */
export function estimateRunMemory(plan: ModelPlan, shape: RunShape): RunMemory {
  const { layers, kvHeads, headDim, vocabSize } = plan.spec
  const { precision, batch, context, logits } = shape
  const tokens = batch * context
  const weights = graphWeights(plan, precision, logits !== 'none')
  const parts = {
    weights: weights.all,
    kv: shape.cache ? 4 * 2 * layers * kvHeads * headDim * tokens : 0,
    activations: FIRST_RUN_BYTES + ARENA * activationsPerToken(plan) * tokens + scoresBytes(plan, shape),
    logits: logits === 'none' ? 0 : 4 * vocabSize * (logits === 'all' ? tokens : batch),
    loading: loadingBytes(plan, weights),
    overhead: PROCESS_BYTES,
  }
  return { ...parts, total: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0) }
}

/** Bytes that the run needs beyond the process itself. */
const runBytes = (plan: ModelPlan, shape: RunShape): number => {
  const { total, overhead } = estimateRunMemory(plan, shape)
  return total - overhead
}

/**
 * Refuses what does not fit, before anything is read. `freeBytes`: what the process, which runs already, can still get.
 * @throws ModelError `out_of_memory` with the estimate and what would make it smaller, the precisions that would fit by name.
 */
export function requireMemory(plan: ModelPlan, shape: RunShape, freeBytes: number): void {
  const needed = runBytes(plan, shape)
  if (needed <= freeBytes) return
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`
  const fitting = (['int8', 'int4'] as const).filter(
    (precision) => runBytes(plan, { ...shape, precision }) <= freeBytes,
  )
  const advice = fitting.length > 0 ? ` or load the model in ${fitting.join(' or ')}` : ' or free some memory'
  const estimate = estimateRunMemory(plan, shape)
  throw new ModelError(
    'out_of_memory',
    `Running ${shape.batch} × ${shape.context} tokens in ${shape.precision} needs about ${gib(needed)} (weights ${gib(estimate.weights)}), and ${gib(freeBytes)} are free. Choose a smaller batch or context,${advice}.`,
    { estimate, freeBytes, fitting },
  )
}
