// Finds the residual stream of an exported decoder: from the logits back to the final norm, from there along the sums to the embedding.
// A sum's stream side is the one that its other side is computed from; what is added is the output of an attention or of an MLP.
// Values are looked at as a dataflow only: names of nodes, which every exporter gives differently, decide nothing.
import type { OnnxNode } from '@mistudio/onnx'
import { ModelError } from '../models/index.js'
import type { ExportGraph } from './export-graph.js'

interface Contribution {
  /** What is added to the stream, [batch, seq, d_model]. */
  readonly value: string
  readonly kind: 'attention' | 'mlp'
}

/** One residual connection: `after` = `before` + what is added (two at once in parallel blocks). */
export interface ResidualStep {
  readonly before: string
  readonly added: readonly Contribution[]
  readonly after: string
}

export interface ResidualStream {
  /** The stream before the first block. */
  readonly start: string
  readonly steps: readonly ResidualStep[]
  /** What the unembedding reads: the final norm's output. */
  readonly final: string
  /** The product of `final` with the unembedding's matrix. */
  readonly unembedding: OnnxNode
  readonly logits: string
}

/** Nodes between the unembedding and the logits, and within it. */
const AFTER_UNEMBEDDING: ReadonlySet<string> = new Set([
  'Cast',
  'Identity',
  'Mul',
  'Div',
  'Tanh',
  'Add',
  'Reshape',
  'Slice',
  'Gather',
  'Transpose',
])
const PRODUCTS: ReadonlySet<string> = new Set([
  'MatMul',
  'Gemm',
  'FusedMatMul',
  'MatMulNBits',
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'DynamicQuantizeMatMul',
])
/** Products of two computed values. */
const MIXING: ReadonlySet<string> = new Set(['MatMul', 'FusedMatMul', 'Einsum'])
const FUSED_ATTENTION: ReadonlySet<string> = new Set([
  'Attention',
  'MultiHeadAttention',
  'GroupQueryAttention',
  'PackedAttention',
  'PackedMultiHeadAttention',
  'SparseAttention',
  'QAttention',
])

const unfit = (what: string): ModelError =>
  new ModelError('model_unsupported', `The residual stream of this ONNX export was not found: ${what}.`)

/** A product with stored weights: exactly one side depends on the tokens. */
export function isLinear(graph: ExportGraph, node: OnnxNode): boolean {
  const [data, weights] = node.inputs
  return PRODUCTS.has(node.type) && Boolean(data && weights) && graph.dataInputs(node).join() === data
}

/** Whether nodes hold an attention: a fused one, or a product of two computed values beside a softmax. */
function holdsAttention(graph: ExportGraph, nodes: readonly OnnxNode[]): boolean {
  if (nodes.some(({ type }) => FUSED_ATTENTION.has(type))) return true
  const mixes = ({ type, inputs }: OnnxNode): boolean =>
    MIXING.has(type) && inputs.length === 2 && inputs.every((input) => graph.isData(input))
  return nodes.some(({ type }) => type === 'Softmax') && nodes.some(mixes)
}

/** The unembedding: back from the logits over caps and scales to the product with stored weights. */
function findUnembeddingProduct(graph: ExportGraph, logits: string): OnnxNode {
  for (let at = logits; ; ) {
    const node = graph.producer(at)
    if (!node) throw unfit('no product with stored weights stands before the logits')
    if (isLinear(graph, node)) return node
    const data = graph.dataInputs(node)
    if (!AFTER_UNEMBEDDING.has(node.type) || data.length !== 1) {
      throw unfit(`between the unembedding and the logits stands ${node.name}, a ${node.type}`)
    }
    at = data[0]!
  }
}

/** The newest sums on the way back from a value: the last residual connection, when there is exactly one. */
function lastSum(graph: ExportGraph, value: string): string {
  const sums = new Set<string>()
  const seen = new Set<string>()
  const stack = [value]
  while (stack.length > 0) {
    const at = stack.pop()!
    const node = graph.producer(at)
    if (!node || seen.has(at)) continue
    seen.add(at)
    if (graph.isSum(node)) sums.add(at)
    else stack.push(...graph.dataInputs(node))
  }
  const [sum] = sums
  if (sum !== undefined && sums.size === 1) return sum
  throw unfit(
    sums.size === 0
      ? 'there is no sum of two computed values before the final norm'
      : `${sums.size} sums feed the final norm, where one is expected`,
  )
}

/** The side of a sum that the other is computed from. */
export function streamSide(graph: ExportGraph, a: string, b: string): string | null {
  if (graph.dependsOn(b, graph.strip(a))) return a
  return graph.dependsOn(a, graph.strip(b)) ? b : null
}

/** Terms of a sum and of the sums it is made of, as long as none of them is the stream that all others come from. */
function stepOf(graph: ExportGraph, sum: string): { before: string; terms: readonly string[] } | null {
  let terms = [...graph.producer(sum)!.inputs]
  for (let round = 0; round < 3; round++) {
    const before = terms.find((candidate) => {
      const source = graph.strip(candidate)
      return terms.every((term) => term === candidate || graph.dependsOn(term, source))
    })
    if (before !== undefined) return { before, terms: terms.filter((term) => term !== before) }
    const open = terms.find((term) => graph.isSum(graph.producer(graph.strip(term))))
    if (open === undefined) return null
    terms = terms.flatMap((term) => (term === open ? graph.producer(graph.strip(term))!.inputs : [term]))
  }
  return null
}

/** Attention and MLP of a parallel block come as one sum of the two; it is split where exactly one side holds an attention. */
function splitParallel(graph: ExportGraph, before: string, term: string): readonly string[] {
  const node = graph.producer(graph.strip(term))
  if (!graph.isSum(node) || streamSide(graph, node.inputs[0]!, node.inputs[1]!) !== null) return [term]
  const stops = new Set([graph.strip(before)])
  const attention = node.inputs.filter((side) => holdsAttention(graph, graph.region(side, stops)))
  return attention.length === 1 ? node.inputs : [term]
}

function describeStep(graph: ExportGraph, sum: string): ResidualStep | null {
  const found = stepOf(graph, sum)
  if (!found) return null
  const stops = new Set([graph.strip(found.before)])
  const values = found.terms.flatMap((term) => splitParallel(graph, found.before, term))
  const added = values.map((value): Contribution => {
    const attention = holdsAttention(graph, graph.region(value, stops))
    return { value, kind: attention ? 'attention' : 'mlp' }
  })
  return { before: graph.strip(found.before), added, after: sum }
}

/** The stream before the first block must be an embedding: nothing that mixes positions may stand before it. */
function requireEmbedding(graph: ExportGraph, start: string): void {
  const nodes = graph.region(start, new Set())
  if (!holdsAttention(graph, nodes)) return
  const node = graph.producer(start)
  if (node?.type === 'DequantizeLinear') {
    throw unfit(
      `${node.name} reads the stream from integers: with static quantisation it is rounded between layers. Export with dynamic or weight-only quantisation`,
    )
  }
  throw unfit(
    `going back along the sums, ${node?.name ?? start} (${node?.type ?? 'an input'}) is not a sum of the stream and what a layer adds, ` +
      'though attention was computed before it. Norms on the stream itself (post-norm models) are not understood',
  )
}

/**
 * Follows the stream of a decoder-only export.
 * @throws ModelError `model_unsupported` saying where the search ended and at which node.
 */
export function findResidualStream(graph: ExportGraph, logits: string): ResidualStream {
  const unembedding = findUnembeddingProduct(graph, logits)
  const final = graph.unquantised(unembedding.inputs[0]!)
  const steps: ResidualStep[] = []
  let at = lastSum(graph, final)
  for (;;) {
    const step = graph.isSum(graph.producer(at)) ? describeStep(graph, at) : null
    if (!step) break
    steps.push(step)
    at = step.before
  }
  if (steps.length === 0) throw unfit('the sum before the final norm has no side that the other is computed from')
  requireEmbedding(graph, at)
  return { start: at, steps: steps.reverse(), final, unembedding, logits }
}
