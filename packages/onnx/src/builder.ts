// Builds an ONNX graph node by node and writes it as ModelProto bytes. Knows names, scopes and declarations, not arithmetic:
// the readable operators are in graph.ts. Operator sets: ai.onnx 23 and com.microsoft 1, IR version 11.
import onnxProto from 'onnx-proto'
import { type Attributes, attributeProtos, Subgraph } from './attributes.js'
import { OnnxError } from './errors.js'
import { type Dim, tensorProto, valueInfo } from './protos.js'
import { BYTES_PER_ELEMENT, type DType, elementCount, type Tensor } from './tensor.js'

const { onnx } = onnxProto
type GraphProto = onnxProto.onnx.IGraphProto

export const ONNX_OPSET = 23
export const MICROSOFT_DOMAIN = 'com.microsoft'
/** Protobuf messages end at 2 GiB; the margin is for everything that is not a weight. */
const MAX_MODEL_BYTES = 2 ** 31 - 2 ** 24

/** A named value of a graph: an input, an initialiser or the output of a node. `shape` is known for what was declared. */
export interface Value {
  readonly name: string
  readonly dtype?: DType
  readonly shape?: readonly Dim[]
}

/** A value or nothing: `null` leaves an optional input out. */
export type Operand = Value | null

export interface NodeOptions {
  /** Operator domain; default ai.onnx. */
  domain?: string
  /** Name of the (first) output; default: a numbered name. Must be new in the graph. */
  name?: string
}

/** Names in use, shared between a graph and its subgraphs, because ONNX forbids shadowing. */
interface Namespace {
  readonly taken: Set<string>
  next: number
}

export class GraphBuilder {
  private readonly nodes: onnxProto.onnx.INodeProto[] = []
  private readonly initialisers: onnxProto.onnx.ITensorProto[] = []
  private readonly inputs: onnxProto.onnx.IValueInfoProto[] = []
  private readonly outputs: onnxProto.onnx.IValueInfoProto[] = []
  private readonly unsettled = new Map<string, { dtype: DType; shape: readonly number[] }>()
  private readonly own = new Set<string>()
  private readonly namespace: Namespace
  private prefix = ''
  private weightBytes = 0

  constructor(
    readonly name: string,
    private readonly parent?: GraphBuilder,
  ) {
    this.namespace = parent?.namespace ?? { taken: new Set(), next: 0 }
  }

  /** Declares a graph input. */
  input(name: string, dtype: DType, shape: readonly Dim[]): Value {
    this.claim(name)
    this.inputs.push(valueInfo(name, dtype, shape))
    return { name, dtype, shape }
  }

  /** A constant tensor stored in the model. With a name it appears under it; without, under a numbered one. */
  initialiser(value: Tensor, name = this.freshName('const')): Value {
    this.claim(name)
    this.store(name, value)
    return { name, dtype: value.dtype, shape: value.dims }
  }

  /** A tensor whose content follows: nodes may read it at once, `fill` or `feed` must settle it before `build`. */
  pending(name: string, dtype: DType, shape: readonly number[]): Value {
    this.claim(name)
    this.unsettled.set(name, { dtype, shape })
    return { name, dtype, shape }
  }

  /** Stores the content of a pending tensor in the model. */
  fill(name: string, value: Tensor): void {
    const { dtype, shape } = this.settle(name)
    if (value.dtype !== dtype || value.dims.join() !== shape.join()) {
      const found = `${value.dtype} [${value.dims.join(', ')}]`
      throw new OnnxError(
        'graph_invalid',
        `${name} was declared as ${dtype} [${shape.join(', ')}] and filled with ${found}.`,
      )
    }
    this.store(name, value)
  }

  /** Makes a pending tensor an input of the model, to be fed on every run. */
  feed(name: string): void {
    const { dtype, shape } = this.settle(name)
    this.inputs.push(valueInfo(name, dtype, shape))
  }

  /** Adds a node with one output. */
  op(type: string, inputs: readonly Operand[], attributes: Attributes = {}, options: NodeOptions = {}): Value {
    return this.ops(type, inputs, attributes, 1, options)[0]!
  }

  /** Adds a node with `count` outputs. */
  ops(
    type: string,
    inputs: readonly Operand[],
    attributes: Attributes,
    count: number,
    options: NodeOptions = {},
  ): readonly Value[] {
    for (const input of inputs) {
      if (input && !this.sees(input.name)) {
        throw new OnnxError(
          'graph_invalid',
          `${type} in graph ${this.name} reads ${input.name}, which is not a value of this graph.`,
        )
      }
    }
    const first = options.name ?? this.freshName(type)
    const names = Array.from({ length: count }, (_, i) => (i === 0 ? first : `${first}.${i}`))
    for (const name of names) this.claim(name)
    this.nodes.push({
      opType: type,
      name: `${first}/node`,
      domain: options.domain ?? '',
      input: inputs.map((input) => input?.name ?? ''),
      output: names,
      attribute: attributeProtos(attributes),
    })
    return names.map((name) => ({ name }))
  }

  /** Declares a value as graph output, under `name` if given (then through an Identity node). */
  output(value: Value, dtype: DType, shape: readonly Dim[], name = value.name): void {
    if (!this.sees(value.name))
      throw new OnnxError('graph_invalid', `Output ${name}: ${value.name} is not a value of this graph.`)
    if (name !== value.name) this.op('Identity', [value], {}, { name })
    this.outputs.push(valueInfo(name, dtype, shape))
  }

  /** Prefixes the numbered names of nodes added by `build`, so that errors and profiles show where a node belongs (replaces an outer scope). */
  within<T>(scope: string, build: () => T): T {
    const outer = this.prefix
    this.prefix = `${scope}.`
    try {
      return build()
    } finally {
      this.prefix = outer
    }
  }

  /** Bytes of initialisers so far, subgraphs not counted. */
  get initialiserBytes(): number {
    return this.weightBytes
  }

  /** This graph as the body of a Loop, If or Scan of its parent. */
  asSubgraph(): Subgraph {
    return new Subgraph(this.graphProto())
  }

  /**
   * The model as ModelProto bytes.
   * @throws OnnxError `graph_invalid` when nothing is declared as output or the weights exceed what one protobuf file can hold.
   */
  build(): Uint8Array {
    if (this.weightBytes > MAX_MODEL_BYTES) {
      const found = (this.weightBytes / 2 ** 30).toFixed(2)
      throw new OnnxError(
        'graph_invalid',
        `Graph ${this.name} holds ${found} GiB of weights; one ONNX file holds at most 2 GiB.`,
      )
    }
    return onnx.ModelProto.encode({
      irVersion: 11,
      producerName: 'mistudio',
      opsetImport: [
        { domain: '', version: ONNX_OPSET },
        { domain: MICROSOFT_DOMAIN, version: 1 },
      ],
      graph: this.graphProto(),
    }).finish()
  }

  protected graphProto(): GraphProto {
    const [open] = this.unsettled.keys()
    if (open !== undefined)
      throw new OnnxError('graph_invalid', `Graph ${this.name}: ${open} was declared but never filled.`)
    if (this.outputs.length === 0) throw new OnnxError('graph_invalid', `Graph ${this.name} declares no output.`)
    return {
      name: this.name,
      node: this.nodes,
      initializer: this.initialisers,
      input: this.inputs,
      output: this.outputs,
    }
  }

  private store(name: string, value: Tensor): void {
    this.weightBytes += elementCount(value.dims) * BYTES_PER_ELEMENT[value.dtype]
    this.initialisers.push(tensorProto(name, value))
  }

  private settle(name: string): { dtype: DType; shape: readonly number[] } {
    const declared = this.unsettled.get(name)
    if (!declared) throw new OnnxError('graph_invalid', `${name} is not a pending tensor of graph ${this.name}.`)
    this.unsettled.delete(name)
    return declared
  }

  private sees(name: string): boolean {
    return this.own.has(name) || (this.parent?.sees(name) ?? false)
  }

  private freshName(kind: string): string {
    for (;;) {
      const name = `${this.prefix}${kind}_${this.namespace.next++}`
      if (!this.namespace.taken.has(name)) return name
    }
  }

  protected claim(name: string): void {
    if (this.namespace.taken.has(name))
      throw new OnnxError('graph_invalid', `Graph ${this.name} already has a value named ${name}.`)
    this.namespace.taken.add(name)
    this.own.add(name)
  }
}
