// Where the unembedding's matrix and the final norm's weight are in an export, as values that need no tokens to be computed.
import type { OnnxNode } from '@mistudio/onnx'
import { ModelError } from '../models/index.js'
import type { ExportGraph } from './export-graph.js'

export interface Unembedding {
  /** The matrix as the graph holds it: [d_model, vocab], or [vocab, d_model] when `turned`. */
  readonly matrix: string
  readonly turned: boolean
  /** The final norm's weight [d_model] as it is multiplied with (Gemma's 1 included); null when it was not found. */
  readonly normWeight: string | null
}

const NORMS: ReadonlySet<string> = new Set(['LayerNormalization', 'RMSNormalization', 'SimplifiedLayerNormalization'])

/** Back from the final norm's output over its bias to its weight. */
function normWeight(graph: ExportGraph, final: string): string | null {
  for (let at = graph.strip(final); ; ) {
    const node = graph.producer(at)
    if (!node) return null
    if (NORMS.has(node.type)) return node.inputs[1] ?? null
    const stored = node.inputs.filter((input) => !graph.isData(input))
    if (node.type === 'Mul' && stored.length === 1) return stored[0]!
    if (!['Add', 'Slice', 'Reshape'].includes(node.type) || graph.dataInputs(node).length !== 1) return null
    at = graph.strip(graph.dataInputs(node)[0]!)
  }
}

/** @throws ModelError `model_unsupported` for a matrix that is not stored as floats. */
export function findUnembedding(graph: ExportGraph, product: OnnxNode, final: string): Unembedding {
  if (product.type !== 'MatMul' && product.type !== 'Gemm') {
    throw new ModelError(
      'model_unsupported',
      `The unembedding ${product.name} is a ${product.type}: its matrix is not read.`,
    )
  }
  const turned = Number(product.proto.attribute?.find(({ name }) => name === 'transB')?.i ?? 0) === 1
  return { matrix: product.inputs[1]!, turned, normWeight: normWeight(graph, final) }
}
