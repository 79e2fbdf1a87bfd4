export { type Attribute, type Attributes, float, Subgraph } from './attributes.js'
export { GraphBuilder, MICROSOFT_DOMAIN, type NodeOptions, ONNX_OPSET, type Operand, type Value } from './builder.js'
export { EIGHT_BIT_OPERANDS, type EightBitSums, eightBitSums, errorOfSums } from './eight-bit.js'
export { OnnxError, type OnnxErrorCode } from './errors.js'
export { Graph } from './graph.js'
export { ModelEditor } from './model/editor.js'
export type { ExternalData, OpenedFile, OpenFile } from './model/external.js'
export { type ModelFile, openModelFile } from './model/file.js'
export { findGraph } from './model/find.js'
export { floatAttribute, intAttribute, tensorAttributeType } from './model/node-attributes.js'
export {
  type Declaration,
  type Initialiser,
  initialiserInt64,
  type OnnxModel,
  type OnnxNode,
  parseModel,
} from './model/read.js'
export { Replacement, rewriteModel } from './model/rewrite.js'
export { DEFAULT_LIMITS, type ModelLimits } from './model/wire.js'
export { type Dim, elementType, INT8 } from './protos.js'
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
  uint8,
} from './tensor.js'
