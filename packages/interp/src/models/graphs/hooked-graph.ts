// A forward pass as a net of named sites that are computed on demand: asking for a site (or the logits) builds exactly the nodes it
// depends on. So a capture stops at its site, and a full replacement cuts off everything before it.
import { type DType, Graph, type Value } from '@mistudio/onnx'
import { ModelError } from '../errors.js'
import type { Precision } from '../precision.js'
import { findSite, type Site } from '../sites.js'
import type { WeightRecipe } from '../weights/weights.js'
import { applySlot, type InterventionSlot } from './intervention-graph.js'

interface IndexedSlot {
  readonly slot: InterventionSlot
  /** Place in the request. */
  readonly index: number
}

export class HookedGraph {
  readonly graph: Graph
  /** Weights that the built nodes read. */
  readonly recipes = new Map<string, WeightRecipe>()
  private readonly weights = new Map<string, Value>()
  private readonly inputs = new Map<string, Value>()
  private readonly common = new Map<string, unknown>()
  private readonly definitions = new Map<string, () => Value>()
  private readonly computed = new Map<string, Value>()
  private readonly unchanged = new Map<string, Value>()
  private readonly slots = new Map<string, IndexedSlot[]>()

  constructor(
    name: string,
    private readonly sites: readonly Site[],
    interventions: readonly InterventionSlot[],
    captured: readonly string[],
    readonly precision: Precision = 'float32',
  ) {
    for (const site of captured) findSite(sites, site)
    this.graph = new Graph(name)
    for (const [index, slot] of interventions.entries()) {
      findSite(sites, slot.site)
      this.slots.set(slot.site, [...(this.slots.get(slot.site) ?? []), { slot, index }])
    }
  }

  /** `tokens` int32 [batch, seq]; an input only of graphs that need it. */
  get tokens(): Value {
    return this.input('tokens', 'int32', ['batch', 'seq'])
  }

  /** A graph input, declared at its first use. */
  input(name: string, dtype: DType, shape: readonly (number | string)[]): Value {
    const known = this.inputs.get(name)
    if (known) return known
    const made = this.graph.input(name, dtype, shape)
    this.inputs.set(name, made)
    return made
  }

  /** A weight, to be filled in when the graph is complete. */
  weight(recipe: WeightRecipe): Value {
    const known = this.weights.get(recipe.name)
    if (known) return known
    const made = this.graph.pending(recipe.name, recipe.dtype ?? 'float32', recipe.shape)
    this.weights.set(recipe.name, made)
    this.recipes.set(recipe.name, recipe)
    return made
  }

  /** What several layers use, built for the first of them. */
  shared<T>(key: string, build: (graph: Graph) => T): T {
    if (!this.common.has(key))
      this.common.set(
        key,
        this.graph.within(key, () => build(this.graph)),
      )
    return this.common.get(key) as T
  }

  /** Says how a site is computed. Nothing is built yet. */
  define(site: string, compute: () => Value): void {
    this.definitions.set(site, compute)
  }

  /** Whether a site is changed. */
  changes(site: string): boolean {
    return this.slots.has(site)
  }

  /** The value at a site after its interventions, [batch, seq, width]: what the rest of the model sees. */
  value(site: string): Value {
    const known = this.computed.get(site)
    if (known) return known
    const made = this.intervened(site)
    this.computed.set(site, made)
    return made
  }

  /** The value at a site before its interventions: for a site beside the model's own path, to apply only the difference they make. */
  original(site: string): Value {
    const known = this.unchanged.get(site)
    if (known) return known
    const definition = this.definitions.get(site)
    if (!definition) throw new ModelError('site_unknown', `The architecture does not compute ${site}.`)
    const made = this.graph.within(site, definition)
    this.unchanged.set(site, made)
    return made
  }

  /** The site's interventions in the order of the request; what a replacement overrides is not built. */
  private intervened(site: string): Value {
    const declare = this.input.bind(this)
    let value = (): Value => this.original(site)
    for (const { slot, index } of this.slots.get(site) ?? []) {
      const before = value
      value = () => applySlot(this.graph, findSite(this.sites, site), slot, index, declare, before)
    }
    return value()
  }
}
