// Dense tensors as plain values: a dtype, dims and a typed array in row-major order. No arithmetic here.
import { OnnxError } from './errors.js'

export type DType = 'float32' | 'float16' | 'int32' | 'int64' | 'bool' | 'uint8'
/** float32 -> Float32Array, float16 -> Uint16Array (bits), int32 -> Int32Array, int64 -> BigInt64Array, bool and uint8 -> Uint8Array. */
export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array | Uint16Array

export interface Tensor {
  readonly dtype: DType
  readonly dims: readonly number[]
  readonly data: TensorData
}

/** Bytes of one element. */
export const BYTES_PER_ELEMENT: Readonly<Record<DType, number>> = {
  float32: 4,
  float16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
  uint8: 1,
}

function fits(dtype: DType, data: TensorData): boolean {
  if (dtype === 'float32') return data instanceof Float32Array
  if (dtype === 'float16') return data instanceof Uint16Array
  if (dtype === 'int32') return data instanceof Int32Array
  if (dtype === 'int64') return data instanceof BigInt64Array
  return data instanceof Uint8Array
}

/** Number of elements of a shape; 1 for a scalar (`[]`). */
export function elementCount(dims: readonly number[]): number {
  let count = 1
  for (const dim of dims) count *= dim
  return count
}

/**
 * A tensor over `data` (not copied). `dims` default to one dimension.
 * @throws OnnxError `tensor_invalid` when the array type is wrong for the dtype or its length differs from the product of dims.
 */
export function tensor(dtype: DType, data: TensorData, dims: readonly number[] = [data.length]): Tensor {
  if (!fits(dtype, data))
    throw new OnnxError('tensor_invalid', `A ${dtype} tensor cannot hold a ${data.constructor.name}.`)
  if (elementCount(dims) !== data.length) {
    throw new OnnxError(
      'tensor_invalid',
      `A tensor of shape [${dims.join(', ')}] needs ${elementCount(dims)} elements, got ${data.length}.`,
    )
  }
  return { dtype, dims, data }
}

export const float32 = (data: Float32Array | readonly number[], dims?: readonly number[]): Tensor =>
  tensor('float32', data instanceof Float32Array ? data : Float32Array.from(data), dims)

export const uint8 = (data: Uint8Array, dims?: readonly number[]): Tensor => tensor('uint8', data, dims)

export const int32 = (data: Int32Array | readonly number[], dims?: readonly number[]): Tensor =>
  tensor('int32', data instanceof Int32Array ? data : Int32Array.from(data), dims)

/** int64 from integers; numbers beyond 2^53 must come as a BigInt64Array. */
export const int64 = (data: BigInt64Array | Int32Array | readonly number[], dims?: readonly number[]): Tensor =>
  tensor('int64', data instanceof BigInt64Array ? data : BigInt64Array.from(data as readonly number[], BigInt), dims)

export const bool = (data: Uint8Array | readonly boolean[], dims?: readonly number[]): Tensor =>
  tensor('bool', data instanceof Uint8Array ? data : Uint8Array.from(data, Number), dims)

/** A float32 scalar (shape []). */
export const scalar = (value: number): Tensor => float32([value], [])

/**
 * The float32 data of a tensor.
 * @throws OnnxError `tensor_invalid` naming `what` when the tensor is absent or of another dtype.
 */
export function float32Data(value: Tensor | undefined, what: string): Float32Array {
  if (value?.data instanceof Float32Array) return value.data
  throw new OnnxError('tensor_invalid', `${what} should be a float32 tensor, found ${value?.dtype ?? 'nothing'}.`)
}
