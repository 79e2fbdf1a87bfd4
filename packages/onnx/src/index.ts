export { type Attribute, type Attributes, float, Subgraph } from './attributes.js'
export { GraphBuilder, MICROSOFT_DOMAIN, type NodeOptions, ONNX_OPSET, type Operand, type Value } from './builder.js'
export { OnnxError, type OnnxErrorCode } from './errors.js'
export { Graph } from './graph.js'
export { type Dim, elementType } from './protos.js'
export type { Runtime, Session, SessionOptions } from './runtime.js'
export {
  BYTES_PER_ELEMENT,
  bool,
  type DType,
  elementCount,
  float32,
  float32Data,
  int32,
  int64,
  scalar,
  type Tensor,
  type TensorData,
  tensor,
} from './tensor.js'
