// In which type a value of an export is computed, found by going back to where a type is said: a cast, a stored tensor, an input. Covers the
// operators of language models; an operator whose result has another type than its first input, and is not named here, would be told wrong,
// which the runtime notices.
import { elementType, intAttribute, type OnnxNode, tensorAttributeType } from '@mistudio/onnx'
import type { ExportGraph } from './export-graph.js'

/** Operators whose result has the type of another input than the first. */
const TYPED_BY: Readonly<Record<string, number>> = {
  CastLike: 1,
  Where: 1,
  DequantizeLinear: 1,
  GatherBlockQuantized: 2,
  MatMulIntegerToFloat: 2,
  EmbedLayerNormalization: 2,
}

/** A type that an operator gives whatever it reads; null: it depends on what it reads. */
function statedType(node: OnnxNode): number | null {
  if (node.type === 'Cast') return intAttribute(node, 'to')
  if (node.type === 'Constant' || node.type === 'ConstantOfShape') {
    return tensorAttributeType(node, 'value') ?? elementType('float32')
  }
  if (node.type === 'Shape' || node.type === 'Size') return elementType('int64')
  return node.type === 'MatMulInteger' ? elementType('int32') : null
}

/** `TensorProto.DataType` of a value; null where nothing says it. */
export function valueType(graph: ExportGraph, value: string): number | null {
  for (let at = value; ; ) {
    const stored = graph.initialiser(at) ?? graph.model.inputs.find(({ name }) => name === at)
    if (stored) return stored.elementType
    const node = graph.producer(at)
    if (!node) return null
    const stated = statedType(node)
    if (stated !== null) return stated
    at = node.inputs[TYPED_BY[node.type] ?? 0] ?? ''
  }
}
