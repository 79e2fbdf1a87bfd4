// The unembedding's matrix and the final norm's weight of an export: where they are in the graph, and their values.
import { float32, intAttribute, ModelEditor, type OnnxModel, type OnnxNode, type Value } from '@mistudio/onnx'
import type { ExportGraph } from './export-graph.js'
import type { ResidualStream } from './residual-stream.js'
import { valueType } from './value-type.js'

export interface Unembedding {
  /**
   * `stored`: the matrix is a value of the graph, [d_model, vocab], or [vocab, d_model] when `turned`. `applied`: its weights are stored as
   * integers, so it is what the product makes of the identity: `from` is what the product reads, `to` what it gives as floats.
   */
  readonly matrix:
    | { readonly kind: 'stored'; readonly value: string; readonly turned: boolean }
    | { readonly kind: 'applied'; readonly from: string; readonly to: string; readonly half: boolean }
  /** The final norm's weight [d_model] as it is multiplied with (Gemma's 1 included); null when it was not found. */
  readonly normWeight: string | null
  /** Whether the final norm takes the mean away first (LayerNorm). */
  readonly centres: boolean
}

const NORMS: ReadonlySet<string> = new Set(['LayerNormalization', 'RMSNormalization', 'SimplifiedLayerNormalization'])

/** Whether a difference from a mean lies between what a norm's weight multiplies and the stream: x − mean(x), written out. */
function subtractsMean(graph: ExportGraph, value: string): boolean {
  const quotient = graph.producer(graph.strip(value))
  if (!quotient) return false
  return graph.dataInputs(quotient).some((input) => graph.producer(graph.strip(input))?.type === 'Sub')
}

/** Back from the final norm's output over its bias to its weight. */
function normWeight(graph: ExportGraph, final: string): { weight: string | null; centres: boolean } {
  for (let at = graph.strip(final); ; ) {
    const node = graph.producer(at)
    if (!node) return { weight: null, centres: false }
    if (NORMS.has(node.type)) return { weight: node.inputs[1] ?? null, centres: node.type === 'LayerNormalization' }
    const stored = node.inputs.filter((input) => !graph.isData(input))
    if (node.type === 'Mul' && stored.length === 1) {
      return { weight: stored[0]!, centres: subtractsMean(graph, graph.dataInputs(node)[0]!) }
    }
    if (!['Add', 'Slice', 'Reshape'].includes(node.type) || graph.dataInputs(node).length !== 1) {
      return { weight: null, centres: false }
    }
    at = graph.strip(graph.dataInputs(node)[0]!)
  }
}

/** The floats that a product of integers gives: after the cast and the multiplication with the scales that follow it. */
function dequantised(graph: ExportGraph, { type, outputs }: OnnxNode): string {
  let at = outputs[0]!
  if (type !== 'MatMulInteger') return at
  for (const wanted of ['Cast', 'Mul']) {
    const [next, ...others] = graph.consumers(at)
    if (next?.type !== wanted || others.length > 0) return at
    at = next.outputs[0]!
  }
  return at
}

export function findUnembedding(graph: ExportGraph, { unembedding, final }: ResidualStream): Unembedding {
  const { weight, centres } = normWeight(graph, final)
  if (unembedding.type === 'MatMul' || unembedding.type === 'Gemm') {
    const turned = intAttribute(unembedding, 'transB') === 1
    return { matrix: { kind: 'stored', value: unembedding.inputs[1]!, turned }, normWeight: weight, centres }
  }
  const half = valueType(graph, final) !== 1
  const matrix = { kind: 'applied', from: final, to: dequantised(graph, unembedding), half } as const
  return { matrix, normWeight: weight, centres }
}

/** Puts the matrix as a float32 value into a graph: as it lies there, or as the product of the identity [1, width, width]. */
export function unembeddingMatrix(model: OnnxModel, { matrix }: Unembedding, width: number): [ModelEditor, Value] {
  const editor = new ModelEditor(model)
  if (matrix.kind === 'stored') return [editor, editor.cast(editor.existing(matrix.value), 'float32')]
  const identity = new Float32Array(width * width)
  for (let i = 0; i < width; i++) identity[i * (width + 1)] = 1
  const rows = editor.initialiser(float32(identity, [1, width, width]))
  editor.replace(matrix.from, matrix.half ? editor.cast(rows, 'float16') : rows)
  return [editor, editor.cast(editor.existing(matrix.to), 'float32')]
}
