// Tensors and value declarations as ONNX protobuf messages.
import onnxProto from 'onnx-proto'
import type { DType, Tensor } from './tensor.js'

const { onnx } = onnxProto

/** A size, or the name of a size that is known only at run time. */
export type Dim = number | string

const ELEMENT_TYPE: Readonly<Record<DType, number>> = {
  float32: onnx.TensorProto.DataType.FLOAT,
  float16: onnx.TensorProto.DataType.FLOAT16,
  int32: onnx.TensorProto.DataType.INT32,
  int64: onnx.TensorProto.DataType.INT64,
  bool: onnx.TensorProto.DataType.BOOL,
  uint8: onnx.TensorProto.DataType.UINT8,
}

/** ONNX's number for a dtype, as `Cast`'s attribute `to` wants it. */
export const elementType = (dtype: DType): number => ELEMENT_TYPE[dtype]

/** ONNX's number for signed bytes, which graphs may store but nothing here holds as a tensor. */
export const INT8: number = onnx.TensorProto.DataType.INT8

/** An initialiser or tensor attribute; the bytes are referenced, not copied (little-endian hosts only, as ONNX's raw_data is). */
export function tensorProto(name: string, value: Tensor): onnxProto.onnx.ITensorProto {
  const { data } = value
  return {
    name,
    dims: [...value.dims],
    dataType: ELEMENT_TYPE[value.dtype],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  }
}

/** The declaration of a graph input or output. */
export function valueInfo(name: string, dtype: DType, shape: readonly Dim[]): onnxProto.onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }))
  return { name, type: { tensorType: { elemType: ELEMENT_TYPE[dtype], shape: { dim } } } }
}
