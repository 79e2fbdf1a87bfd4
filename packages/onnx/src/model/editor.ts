// Changes a model that was read: new nodes, new outputs, and values that the old nodes read in place of others. Only what the outputs need
// is written. Knows nothing of what the model computes.
import onnxProto from 'onnx-proto'
import type { Value } from '../builder.js'
import { MICROSOFT_DOMAIN } from '../builder.js'
import { OnnxError } from '../errors.js'
import { Graph } from '../graph.js'
import type { NodeProto, OnnxModel } from './read.js'

const { onnx } = onnxProto

/** A node to be written, with all that it reads. */
interface Pending {
  readonly proto: NodeProto
  readonly reads: readonly string[]
}

export class ModelEditor extends Graph {
  private readonly replaced = new Map<string, string>()

  constructor(private readonly model: OnnxModel) {
    super('edited')
    const outputs = model.nodes.flatMap((node) => node.outputs)
    for (const name of [...model.inputs.map(({ name }) => name), ...model.initialisers.keys(), ...outputs]) {
      if (name !== '') this.claim(name)
    }
  }

  /** A value of the model, as its own nodes gave it. */
  existing(name: string): Value {
    return { name }
  }

  /** What the model's nodes read where they read `name`: itself or what it was replaced by. */
  current(name: string): Value {
    return { name: this.replaced.get(name) ?? name }
  }

  /**
   * Makes every node of the model that reads `name` read `value` instead; nodes added here are not touched.
   * @throws OnnxError `graph_invalid` when a graph inside a node (If, Loop, Scan) reads it: those are not changed.
   */
  replace(name: string, value: Value): void {
    const inner = this.model.nodes.find(({ captured }) => captured.includes(name))
    if (inner) {
      throw new OnnxError('graph_invalid', `${name} cannot be changed: the graph inside ${inner.name} reads it.`)
    }
    this.replaced.set(name, value.name)
  }

  /** Reductions other than the sum take their axes as an attribute before operator set 18. */
  protected override reduce(type: string, a: Value, axes: readonly number[], keepDims: boolean): Value {
    if (type === 'ReduceSum' || (this.model.opsets.get('') ?? 0) >= 18) return super.reduce(type, a, axes, keepDims)
    return this.op(type, [a], { axes, keepdims: keepDims ? 1 : 0 })
  }

  /** The changed model as ModelProto bytes; external tensors stay where they are. */
  override build(): Uint8Array {
    const added = this.graphProto()
    const outputs = (added.output ?? []).map(({ name }) => name!)
    const nodes = this.ordered([...this.original(), ...(added.node ?? []).map(pending)], outputs)
    const read = new Set(nodes.flatMap(({ reads }) => reads))
    const initializer = [
      ...[...this.model.initialisers.values()].map(({ proto }) => proto),
      ...(added.initializer ?? []),
    ].filter(({ name }) => read.has(name!))
    const input = [...this.model.inputs.map(declared), ...(added.input ?? [])].filter(({ name }) => read.has(name!))
    const opsets = new Map([...this.model.opsets])
    if (!opsets.has(MICROSOFT_DOMAIN)) opsets.set(MICROSOFT_DOMAIN, 1)
    return onnx.ModelProto.encode({
      irVersion: this.model.irVersion,
      producerName: 'mistudio',
      opsetImport: [...opsets].map(([domain, version]) => ({ domain, version })),
      graph: { name: 'edited', node: nodes.map(({ proto }) => proto), initializer, input, output: added.output ?? [] },
    }).finish()
  }

  private original(): Pending[] {
    return this.model.nodes.map(({ proto, inputs, captured }) => {
      const reads = inputs.map((name) => this.replaced.get(name) ?? name)
      return { proto: { ...proto, input: reads }, reads: [...reads, ...captured] }
    })
  }

  /** What `outputs` need, each node after those it reads. */
  private ordered(nodes: readonly Pending[], outputs: readonly string[]): Pending[] {
    const producer = new Map(nodes.flatMap((node) => (node.proto.output ?? []).map((name) => [name, node] as const)))
    // The name of outputs that are left out is also that of inputs that are left out.
    producer.delete('')
    const done = new Set<Pending>()
    const open = new Set<Pending>()
    const order: Pending[] = []
    const stack = outputs.map((name) => producer.get(name)).filter((node) => node !== undefined)
    while (stack.length > 0) {
      const node = stack.at(-1)!
      const waiting = done.has(node)
        ? []
        : node.reads.map((name) => producer.get(name)).filter((needed) => needed !== undefined && !done.has(needed))
      if (waiting.length > 0) {
        if (open.has(node))
          throw new OnnxError('graph_invalid', `${node.proto.name ?? 'A node'} reads what depends on it.`)
        open.add(node)
        stack.push(...(waiting as Pending[]))
        continue
      }
      stack.pop()
      if (!done.has(node)) order.push(node)
      done.add(node)
    }
    return order
  }
}

const pending = (proto: NodeProto): Pending => ({ proto, reads: proto.input ?? [] })

const declared = ({ name, elementType, shape }: OnnxModel['inputs'][number]): onnxProto.onnx.IValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: elementType,
      shape: {
        dim: shape.map((size) =>
          size === null ? {} : typeof size === 'number' ? { dimValue: size } : { dimParam: size },
        ),
      },
    },
  },
})
