// Questions about the dataflow of an exported graph: who gives a value, who reads it, what depends on the tokens. Knows nothing of
// transformers (residual-stream.ts does).
import type { Initialiser, OnnxModel, OnnxNode } from '@mistudio/onnx'

/** Nodes that only measure a tensor: what they give does not depend on its values. */
const MEASURES: ReadonlySet<string> = new Set(['Shape', 'Size'])
/** Nodes that write floats as integers; their first output holds them, the others (scale and zero point) only say how. */
const QUANTISERS: ReadonlySet<string> = new Set(['DynamicQuantizeLinear', 'QuantizeLinear'])
/** Nodes that pass a value on. */
const TRANSPARENT: ReadonlySet<string> = new Set(['Identity', 'Cast', 'Dropout'])

export class ExportGraph {
  private readonly producers = new Map<string, OnnxNode>()
  private readonly readers = new Map<string, OnnxNode[]>()
  /** Values that depend on the values of the token ids. */
  private readonly fromTokens: ReadonlySet<string>

  constructor(
    readonly model: OnnxModel,
    /** The graph input with the token ids. */
    readonly tokens: string,
  ) {
    for (const node of model.nodes) {
      for (const output of node.outputs) this.producers.set(output, node)
      for (const input of new Set([...node.inputs, ...node.captured])) {
        this.readers.set(input, [...(this.readers.get(input) ?? []), node])
      }
    }
    this.fromTokens = this.reachedFrom(tokens)
  }

  producer(value: string): OnnxNode | undefined {
    return this.producers.get(value)
  }

  /** Nodes that read a value. */
  consumers(value: string): readonly OnnxNode[] {
    return this.readers.get(value) ?? []
  }

  initialiser(value: string): Initialiser | undefined {
    return this.model.initialisers.get(value)
  }

  /** Whether the values (not merely the shape) depend on the token ids. */
  isData(value: string): boolean {
    return this.fromTokens.has(value)
  }

  /** Inputs of a node whose values depend on the token ids. */
  dataInputs(node: OnnxNode): readonly string[] {
    return node.inputs.filter((input) => this.isData(input))
  }

  /** A sum of two values that both depend on the tokens: what a residual connection is (a bias or a mask is not). */
  isSum(node: OnnxNode | undefined): node is OnnxNode {
    return node?.type === 'Add' && node.inputs.length === 2 && node.inputs.every((input) => this.isData(input))
  }

  /** The value before nodes that pass it on. */
  strip(value: string): string {
    for (let at = value; ; ) {
      const node = this.producers.get(at)
      if (!node || !TRANSPARENT.has(node.type) || !this.isData(node.inputs[0]!)) return at
      at = node.inputs[0]!
    }
  }

  /** The floats that a value holds as integers; the value itself where it is not made from floats. */
  unquantised(value: string): string {
    const node = this.producers.get(value)
    return node && QUANTISERS.has(node.type) ? node.inputs[0]! : value
  }

  /**
   * Nodes on the way back from `value`, along values that depend on the tokens, not beyond `stops`; in no particular order. Values in
   * `stops` that were met are added to `met`.
   */
  region(value: string, stops: ReadonlySet<string>, met: Set<string> = new Set()): readonly OnnxNode[] {
    const seen = new Set<OnnxNode>()
    const stack = [value]
    while (stack.length > 0) {
      const at = stack.pop()!
      if (stops.has(at)) {
        met.add(at)
        continue
      }
      const node = this.producers.get(at)
      if (!node || seen.has(node) || MEASURES.has(node.type)) continue
      seen.add(node)
      stack.push(...[...node.inputs, ...node.captured].filter((input) => this.isData(input)))
    }
    return [...seen]
  }

  /** Whether `value` is computed from `source` (and is not `source` itself). */
  dependsOn(value: string, source: string): boolean {
    if (value === source) return false
    const met = new Set<string>()
    this.region(value, new Set([source]), met)
    return met.size > 0
  }

  private reachedFrom(input: string): ReadonlySet<string> {
    const reached = new Set([input])
    for (const node of this.model.nodes) {
      if (MEASURES.has(node.type) || ![...node.inputs, ...node.captured].some((name) => reached.has(name))) continue
      const values = QUANTISERS.has(node.type) ? node.outputs.slice(0, 1) : node.outputs
      for (const output of values) if (output !== '') reached.add(output)
    }
    return reached
  }
}
