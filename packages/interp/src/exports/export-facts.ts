// What an export is made of, as far as it matters to whoever reads its activations: types, weights stored as integers, products computed in
// integers, operators that were opened. Counts nodes; runs nothing.
import { elementType, intAttribute, type ModelFile, type OnnxModel, type OnnxNode } from '@mistudio/onnx'
import type { ExportAnalysis } from './analyse-export.js'

interface OperatorCount {
  readonly type: string
  readonly count: number
}

export interface ExportFacts {
  /** Name and version of the program that wrote the file, as it says; may be empty. */
  readonly producer: string
  readonly opset: number
  readonly nodes: number
  /** Of the graph and its external data. */
  readonly bytes: number
  /** Operators that were opened to reach the sums in them. */
  readonly opened: readonly OperatorCount[]
  /** Products with weights of fewer than 16 bits. */
  readonly integerProducts: readonly (OperatorCount & { readonly bits: number })[]
  /** Whether activations are made integers with a range that is taken from all tokens of a pass together. */
  readonly rangesPerPass: boolean
  /** Whether matrices are stored as float16. */
  readonly half: boolean
}

/** Products whose weights are integers, by their bits where the operator alone says them. */
const INTEGER_PRODUCTS: ReadonlySet<string> = new Set([
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'DynamicQuantizeMatMul',
  'QAttention',
  'QLinearMatMul',
  'QGemm',
  'ConvInteger',
  'MatMulNBits',
])
const RANGES_PER_PASS: ReadonlySet<string> = new Set(['DynamicQuantizeLinear', 'DynamicQuantizeMatMul'])
const DEFAULT_BITS = 4

const bitsOf = (node: OnnxNode): number =>
  node.type === 'MatMulNBits' ? (intAttribute(node, 'bits') ?? DEFAULT_BITS) : 8

function integerProducts({ nodes }: OnnxModel): ExportFacts['integerProducts'] {
  const found = new Map<string, { type: string; bits: number; count: number }>()
  for (const node of nodes.filter(({ type }) => INTEGER_PRODUCTS.has(type))) {
    const bits = bitsOf(node)
    const entry = found.get(`${node.type} ${bits}`) ?? { type: node.type, bits, count: 0 }
    found.set(`${node.type} ${bits}`, { ...entry, count: entry.count + 1 })
  }
  return [...found.values()]
}

export function exportFacts({ model, bytes }: ModelFile, { opened }: Pick<ExportAnalysis, 'opened'>): ExportFacts {
  const matrices = [...model.initialisers.values()].filter(({ dims }) => dims.length >= 2)
  return {
    producer: model.producer,
    opset: model.opsets.get('') ?? 0,
    nodes: model.nodes.length,
    bytes,
    opened: [...opened].map(([type, count]) => ({ type, count })),
    integerProducts: integerProducts(model),
    rangesPerPass: model.nodes.some(({ type }) => RANGES_PER_PASS.has(type)),
    half: matrices.some(({ elementType: type }) => type === elementType('float16')),
  }
}

/** How an export rounds beyond float32, in words; null: it does not. */
export function exportRounding({ integerProducts: products, rangesPerPass, half }: ExportFacts): string | null {
  const bits = Math.min(...products.map((product) => product.bits))
  const parts = [
    ...(products.length > 0 ? [`int${bits} weights`] : []),
    ...(rangesPerPass ? ['int8 activations'] : []),
    ...(half ? ['float16 values'] : []),
  ]
  return parts.length > 0 ? parts.join(' and ') : null
}
