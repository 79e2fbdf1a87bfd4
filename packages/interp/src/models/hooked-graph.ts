// A forward pass as a net of named sites that are computed on demand: asking for a site (or the logits) builds exactly the nodes it
// depends on. So a capture stops at its site, and a full replacement cuts off everything before it.
import { type DType, Graph, type Value } from '@mistudio/onnx'
import { ModelError } from './errors.js'
import { findSite, type Site, siteWidth } from './sites.js'
import type { WeightRecipe } from './weights.js'

/** How a site is changed: `add` a tensor, `replace` it everywhere, or `patch` it where a mask is set. */
export type InterventionKind = 'add' | 'replace' | 'patch'
export interface InterventionSlot {
  readonly site: string
  readonly kind: InterventionKind
}

/** Names of the graph inputs that belong to an intervention. */
export const interventionInput = ({ kind, site }: InterventionSlot): string => `${kind}:${site}`
export const maskInput = (site: string): string => `mask:${site}`

export class HookedGraph {
  readonly graph: Graph
  /** Weights that the built nodes read. */
  readonly recipes = new Map<string, WeightRecipe>()
  private readonly weights = new Map<string, Value>()
  private readonly inputs = new Map<string, Value>()
  private readonly definitions = new Map<string, () => Value>()
  private readonly computed = new Map<string, Value>()
  private readonly slots = new Map<string, InterventionSlot[]>()

  constructor(
    name: string,
    private readonly sites: readonly Site[],
    interventions: readonly InterventionSlot[],
    private readonly captured: readonly string[],
  ) {
    for (const site of captured) findSite(sites, site)
    this.graph = new Graph(name)
    for (const slot of interventions) {
      findSite(sites, slot.site)
      const others = this.slots.get(slot.site) ?? []
      if (others.some(({ kind }) => kind === slot.kind)) {
        throw new ModelError(
          'site_unknown',
          `Two interventions of kind ${slot.kind} at ${slot.site}: combine them into one.`,
        )
      }
      this.slots.set(slot.site, [...others, slot])
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
    const made = this.graph.pending(recipe.name, 'float32', recipe.shape)
    this.weights.set(recipe.name, made)
    this.recipes.set(recipe.name, recipe)
    return made
  }

  /** Says how a site is computed. Nothing is built yet. */
  define(site: string, compute: () => Value): void {
    this.definitions.set(site, compute)
  }

  /** Whether a site is read or changed, so that a fused path around it is not allowed. */
  touches(site: string): boolean {
    return this.slots.has(site) || this.captured.includes(site)
  }

  /** The value at a site after its interventions, [batch, seq, width]: what the rest of the model sees. */
  value(site: string): Value {
    const known = this.computed.get(site)
    if (known) return known
    const made = this.intervened(site)
    this.computed.set(site, made)
    return made
  }

  private intervened(site: string): Value {
    const { graph } = this
    const kinds = new Set(this.slots.get(site)?.map(({ kind }) => kind))
    const tensorInput = (kind: InterventionKind): Value =>
      this.input(interventionInput({ site, kind }), 'float32', [
        `${kind}Batch`,
        `${kind}Seq`,
        siteWidth(findSite(this.sites, site)),
      ])
    let value = kinds.has('replace') ? tensorInput('replace') : this.compute(site)
    if (kinds.has('patch'))
      value = graph.where(this.input(maskInput(site), 'bool', ['batch', 'seq', 1]), tensorInput('patch'), value)
    if (kinds.has('add')) value = graph.add(value, tensorInput('add'))
    return value
  }

  private compute(site: string): Value {
    const definition = this.definitions.get(site)
    if (!definition) throw new ModelError('site_unknown', `The architecture does not compute ${site}.`)
    return this.graph.within(site, definition)
  }
}
