// Gives a model that was read other nodes in place of some of its own; everything else stays as it is. Knows nothing of what nodes compute.
import { type Attributes, attributeProtos } from '../attributes.js'
import { MICROSOFT_DOMAIN } from '../builder.js'
import { tensorProto } from '../protos.js'
import { int64, type Tensor } from '../tensor.js'
import { type Initialiser, type NodeProto, type OnnxModel, type OnnxNode, readInitialiser, readNode } from './read.js'

/** The nodes that take the place of one node, in the order of computation. Values are names. */
export class Replacement {
  readonly protos: NodeProto[] = []
  readonly initialisers: Initialiser[] = []

  constructor(
    private readonly replaced: OnnxNode,
    private readonly taken: Set<string>,
  ) {}

  /** Adds a node. `outputs`: names that nodes after the replaced one read; left out, one new name. Returns the first. */
  op(type: string, inputs: readonly string[], attributes: Attributes = {}, outputs = [this.freshName(type)]): string {
    const name = `${this.replaced.name}/${type}_${this.protos.length}`
    this.protos.push({
      opType: type,
      name,
      domain: '',
      input: [...inputs],
      output: [...outputs],
      attribute: attributeProtos(attributes),
    })
    return outputs[0]!
  }

  /** The replaced node again, reading `inputs` instead. */
  same(inputs: readonly string[]): void {
    this.protos.push({ ...this.replaced.proto, input: [...inputs] })
  }

  constant(value: Tensor): string {
    const name = this.freshName('constant')
    this.initialisers.push(readInitialiser(tensorProto(name, value)))
    return name
  }

  /** A constant of int64; a single number is a scalar. */
  ints(values: number | readonly number[]): string {
    return this.constant(typeof values === 'number' ? int64([values], []) : int64(values))
  }

  /** A name that no value of the model has. */
  private freshName(kind: string): string {
    for (let i = 0; ; i++) {
      const name = `${this.replaced.name}/${kind}/${i}`
      if (this.taken.has(name)) continue
      this.taken.add(name)
      return name
    }
  }
}

/**
 * The model with every node replaced for which `replace` fills a replacement; nodes it leaves empty stay.
 * What takes a node's place must give the outputs that others read of it.
 */
export function rewriteModel(model: OnnxModel, replace: (node: OnnxNode, by: Replacement) => void): OnnxModel {
  const values = model.nodes.flatMap(({ outputs }) => outputs)
  const taken = new Set([...values, ...model.initialisers.keys(), ...model.inputs.map(({ name }) => name)])
  const initialisers = new Map(model.initialisers)
  const protos = model.nodes.flatMap((node) => {
    const by = new Replacement(node, taken)
    replace(node, by)
    for (const added of by.initialisers) initialisers.set(added.name, added)
    return by.protos.length > 0 ? by.protos : [node.proto]
  })
  const opsets = new Map([[MICROSOFT_DOMAIN, 1], ...model.opsets])
  return { ...model, opsets, initialisers, nodes: protos.map(readNode) }
}
