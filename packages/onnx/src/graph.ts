// The readable operators on top of the builder. One line each; whatever is missing here is reachable through `op`.
import { type Attributes, float, type Subgraph } from './attributes.js'
import { GraphBuilder, MICROSOFT_DOMAIN, type NodeOptions, type Operand, type Value } from './builder.js'
import { elementType } from './protos.js'
import { type DType, float32, int64, scalar, type Tensor } from './tensor.js'

export class Graph extends GraphBuilder {
  private readonly constants = new Map<string, Value>()

  /** A float32 scalar constant (shape []); equal ones are shared. */
  scalar(value: number): Value {
    return this.constant(`f${value}`, () => scalar(value))
  }
  /** A one-dimensional int64 constant, for shapes, axes, starts and ends; equal ones are shared. */
  ints(...values: readonly number[]): Value {
    return this.constant(`i${values.join(',')}`, () => int64(values))
  }
  /** An int64 scalar constant (shape []). */
  int(value: number): Value {
    return this.constant(`s${value}`, () => int64([value], []))
  }
  /** A float32 vector constant. */
  floats(values: Float32Array | readonly number[]): Value {
    return this.initialiser(float32(values))
  }

  add = (a: Value, b: Value, options?: NodeOptions): Value => this.op('Add', [a, b], {}, options)
  sub = (a: Value, b: Value, options?: NodeOptions): Value => this.op('Sub', [a, b], {}, options)
  mul = (a: Value, b: Value, options?: NodeOptions): Value => this.op('Mul', [a, b], {}, options)
  div = (a: Value, b: Value, options?: NodeOptions): Value => this.op('Div', [a, b], {}, options)
  pow = (a: Value, b: Value): Value => this.op('Pow', [a, b])
  max = (a: Value, b: Value): Value => this.op('Max', [a, b])
  min = (a: Value, b: Value): Value => this.op('Min', [a, b])
  neg = (a: Value): Value => this.op('Neg', [a])
  abs = (a: Value): Value => this.op('Abs', [a])
  sqrt = (a: Value): Value => this.op('Sqrt', [a])
  reciprocal = (a: Value): Value => this.op('Reciprocal', [a])
  exp = (a: Value): Value => this.op('Exp', [a])
  log = (a: Value): Value => this.op('Log', [a])
  tanh = (a: Value): Value => this.op('Tanh', [a])
  relu = (a: Value): Value => this.op('Relu', [a])
  sigmoid = (a: Value): Value => this.op('Sigmoid', [a])
  identity = (a: Value, options?: NodeOptions): Value => this.op('Identity', [a], {}, options)

  equal = (a: Value, b: Value): Value => this.op('Equal', [a, b])
  greater = (a: Value, b: Value): Value => this.op('Greater', [a, b])
  greaterOrEqual = (a: Value, b: Value): Value => this.op('GreaterOrEqual', [a, b])
  less = (a: Value, b: Value): Value => this.op('Less', [a, b])
  lessOrEqual = (a: Value, b: Value): Value => this.op('LessOrEqual', [a, b])
  and = (a: Value, b: Value): Value => this.op('And', [a, b])
  or = (a: Value, b: Value): Value => this.op('Or', [a, b])
  not = (a: Value): Value => this.op('Not', [a])
  where = (condition: Value, then: Value, otherwise: Value): Value => this.op('Where', [condition, then, otherwise])
  cast = (a: Value, to: DType): Value => this.op('Cast', [a], { to: elementType(to) })

  /** Matrix product over the last two dimensions, broadcast over the others. */
  matmul = (a: Value, b: Value, options?: NodeOptions): Value => this.op('MatMul', [a, b], {}, options)
  /** 2-D product `a b + c` with optional transposes. */
  gemm(a: Value, b: Value, c: Operand = null, transpose: { a?: boolean; b?: boolean } = {}): Value {
    return this.op('Gemm', c ? [a, b, c] : [a, b], { transA: transpose.a ? 1 : 0, transB: transpose.b ? 1 : 0 })
  }
  transpose = (a: Value, perm: readonly number[]): Value => this.op('Transpose', [a], { perm })
  /** `shape` as int64 values; 0 keeps the input's size, -1 is inferred. */
  reshape(a: Value, shape: readonly number[] | Value, options?: NodeOptions): Value {
    return this.op('Reshape', [a, 'name' in shape ? shape : this.ints(...shape)], {}, options)
  }
  /** The run-time shape (int64 [rank]), or its dimensions `start..end`. */
  shape = (a: Value, start = 0, end?: number): Value => this.op('Shape', [a], { start, end })
  concat = (values: readonly Value[], axis: number): Value => this.op('Concat', values, { axis })
  squeeze = (a: Value, axes: readonly number[]): Value => this.op('Squeeze', [a, this.ints(...axes)])
  unsqueeze = (a: Value, axes: readonly number[]): Value => this.op('Unsqueeze', [a, this.ints(...axes)])
  expand = (a: Value, shape: Value): Value => this.op('Expand', [a, shape])
  /** `a[starts:ends]` along `axes`; negative positions count from the end. */
  slice(a: Value, starts: readonly number[], ends: readonly number[], axes: readonly number[]): Value {
    return this.op('Slice', [a, this.ints(...starts), this.ints(...ends), this.ints(...axes)])
  }
  split = (a: Value, sizes: readonly number[], axis: number): readonly Value[] =>
    this.ops('Split', [a, this.ints(...sizes)], { axis }, sizes.length)

  /** Whole slices of `data` along `axis` at `indices`. */
  gather = (data: Value, indices: Value, axis = 0, options?: NodeOptions): Value =>
    this.op('Gather', [data, indices], { axis }, options)
  /** One element per index: `out[i, j] = data[i, indices[i, j]]` for axis 1. */
  gatherElements = (data: Value, indices: Value, axis: number): Value =>
    this.op('GatherElements', [data, indices], { axis })
  /** The `k` largest along `axis`: values and int64 indices. Ties go to the lower index. */
  topk(
    a: Value,
    k: number | Value,
    axis = -1,
    options: { sorted?: boolean; largest?: boolean } = {},
  ): { values: Value; indices: Value } {
    const count = typeof k === 'number' ? this.ints(k) : k
    const attributes = { axis, sorted: options.sorted === false ? 0 : 1, largest: options.largest === false ? 0 : 1 }
    const [values, indices] = this.ops('TopK', [a, count], attributes, 2)
    return { values: values!, indices: indices! }
  }
  argmax = (a: Value, axis: number, keepDims = false): Value =>
    this.op('ArgMax', [a], { axis, keepdims: keepDims ? 1 : 0 })

  reduceSum = (a: Value, axes: readonly number[], keepDims = false): Value =>
    this.reduce('ReduceSum', a, axes, keepDims)
  reduceMean = (a: Value, axes: readonly number[], keepDims = false): Value =>
    this.reduce('ReduceMean', a, axes, keepDims)
  reduceMax = (a: Value, axes: readonly number[], keepDims = false): Value =>
    this.reduce('ReduceMax', a, axes, keepDims)
  reduceSumSquare = (a: Value, axes: readonly number[], keepDims = false): Value =>
    this.reduce('ReduceSumSquare', a, axes, keepDims)
  reduceL2 = (a: Value, axes: readonly number[], keepDims = false): Value => this.reduce('ReduceL2', a, axes, keepDims)
  reduceLogSumExp = (a: Value, axes: readonly number[], keepDims = false): Value =>
    this.reduce('ReduceLogSumExp', a, axes, keepDims)
  softmax = (a: Value, axis = -1): Value => this.op('Softmax', [a], { axis })
  logSoftmax = (a: Value, axis = -1): Value => this.op('LogSoftmax', [a], { axis })
  rmsNorm = (a: Value, weight: Value, epsilon: number): Value =>
    this.op('RMSNormalization', [a, weight], { axis: -1, epsilon: float(epsilon) })
  layerNorm = (a: Value, weight: Value, bias: Value, epsilon: number): Value =>
    this.op('LayerNormalization', [a, weight, bias], { axis: -1, epsilon: float(epsilon) })

  /** An operator of ONNX Runtime's own domain. */
  microsoft(type: string, inputs: readonly Operand[], attributes: Attributes = {}, count = 1): readonly Value[] {
    return this.ops(type, inputs, attributes, count, { domain: MICROSOFT_DOMAIN })
  }

  /** A nested graph that may read this graph's values; `build` declares its inputs and outputs. */
  subgraph(name: string, build: (body: Graph) => void): Subgraph {
    const body = new Graph(name, this)
    build(body)
    return body.asSubgraph()
  }
  /**
   * `count` iterations of `body` (inputs: iteration number int64 [], condition bool [], then the carried values; outputs: condition,
   * carried values, then per-iteration values that come back stacked). Returns the carried values, then the stacked ones.
   */
  loop(count: Value, carried: readonly Value[], body: Subgraph, stacked = 0): readonly Value[] {
    return this.ops('Loop', [count, null, ...carried], { body }, carried.length + stacked)
  }

  /** `then` where the bool `condition` [] holds, else `otherwise`: graphs without inputs and with one output each. */
  branch(condition: Value, then: Subgraph, otherwise: Subgraph): Value {
    return this.op('If', [condition], { then_branch: then, else_branch: otherwise })
  }

  protected reduce(type: string, a: Value, axes: readonly number[], keepDims: boolean): Value {
    return this.op(type, [a, this.ints(...axes)], { keepdims: keepDims ? 1 : 0 })
  }

  private constant(key: string, make: () => Tensor): Value {
    const known = this.constants.get(key)
    if (known) return known
    const made = this.initialiser(make())
    this.constants.set(key, made)
    return made
  }
}
