// Attributes of an ONNX node. Integers and lists of integers are written plainly; floats are marked, because 1.0 is an integer to JavaScript.
import onnxProto from 'onnx-proto'
import { OnnxError } from './errors.js'
import { tensorProto } from './protos.js'
import type { Tensor } from './tensor.js'

const { onnx } = onnxProto
type AttributeProto = onnxProto.onnx.IAttributeProto
type GraphProto = onnxProto.onnx.IGraphProto

class FloatAttribute {
  constructor(readonly values: number | readonly number[]) {}
}
/** Marks a float (or list of floats) attribute: `{ epsilon: float(1e-5) }`. */
export const float = (values: number | readonly number[]): FloatAttribute => new FloatAttribute(values)

/** The body of a Loop, If or Scan; made by `GraphBuilder.subgraph`. */
export class Subgraph {
  constructor(readonly proto: GraphProto) {}
}

export type Attribute = number | string | readonly number[] | FloatAttribute | Subgraph | Tensor
export type Attributes = Readonly<Record<string, Attribute | undefined>>

function integer(name: string, value: number): number {
  if (Number.isSafeInteger(value)) return value
  throw new OnnxError('graph_invalid', `Attribute ${name} is ${value}: wrap floats in float().`)
}

function attributeProto(name: string, value: Attribute): AttributeProto {
  const type = onnx.AttributeProto.AttributeType
  if (typeof value === 'number') return { name, type: type.INT, i: integer(name, value) }
  if (typeof value === 'string') return { name, type: type.STRING, s: new TextEncoder().encode(value) }
  if (value instanceof Subgraph) return { name, type: type.GRAPH, g: value.proto }
  if (value instanceof FloatAttribute) {
    const { values } = value
    return typeof values === 'number'
      ? { name, type: type.FLOAT, f: values }
      : { name, type: type.FLOATS, floats: [...values] }
  }
  if ('dtype' in value) return { name, type: type.TENSOR, t: tensorProto('', value) }
  return { name, type: type.INTS, ints: value.map((item) => integer(name, item)) }
}

/** Protobuf attributes; entries that are undefined are left out. */
export function attributeProtos(attributes: Attributes): AttributeProto[] {
  return Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [attributeProto(name, value)],
  )
}
