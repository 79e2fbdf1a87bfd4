// What an intervention does to the value at a site, as graph nodes. Everything that may change between runs (vectors, strengths, masks,
// feature edits) is an input, so a new strength needs no new session.
import type { Graph, Value } from '@mistudio/onnx'
import { ModelError } from '../errors.js'
import { type Site, siteWidth } from '../sites.js'
import type { SpliceProgram } from './splice.js'

/** The part of an intervention that shapes the graph; its data are feeds (interventions.ts). */
export type InterventionSlot =
  | { readonly site: string; readonly kind: 'add' | 'replace' | 'patch' | 'project' | 'scale' }
  | {
      readonly site: string
      readonly kind: 'splice'
      readonly sae: SpliceProgram
      readonly error: boolean
      readonly edited: boolean
    }
export type InterventionKind = InterventionSlot['kind']

/** Name of a graph input of the intervention with this index in its request. */
export const slotInput = (index: number, part: string): string => `intervention_${index}.${part}`

/** Identity of a slot's graph, for session keys. */
export const slotKey = (slot: InterventionSlot): readonly unknown[] =>
  slot.kind === 'splice' ? [slot.site, slot.kind, slot.sae.id, slot.error, slot.edited] : [slot.site, slot.kind]

/** Declares (or finds) a graph input. */
export type DeclareInput = (
  name: string,
  dtype: 'float32' | 'int64' | 'bool',
  shape: readonly (number | string)[],
) => Value

const valueShape = (site: Site, index: number): (number | string)[] =>
  site.kind === 'pattern'
    ? [`b${index}`, siteWidth(site), `s${index}`, `k${index}`]
    : [`b${index}`, `s${index}`, siteWidth(site)]
const maskShape = (site: Site, index: number): (number | string)[] =>
  site.kind === 'pattern' ? [`cb${index}`, 1, `cs${index}`, 1] : [`cb${index}`, `cs${index}`, 1]

/** x + coefficient (x·d) d. */
function alongDirection(graph: Graph, x: Value, direction: Value, coefficient: Value): Value {
  const along = graph.reduceSum(graph.mul(x, direction), [-1], true)
  return graph.add(x, graph.mul(graph.mul(along, coefficient), direction))
}

/** The edited columns of [batch, seq, d_sae]: their numbers, and min(max, max(min, f scale + add)). */
function editedColumns(graph: Graph, features: Value, input: (part: string, dtype: 'float32' | 'int64') => Value) {
  const columns = input('features', 'int64')
  const before = graph.gather(features, columns, 2)
  const moved = graph.add(graph.mul(before, input('scale', 'float32')), input('add', 'float32'))
  const after = graph.min(graph.max(moved, input('min', 'float32')), input('max', 'float32'))
  return { columns, before, after }
}

/** The value through an SAE: edited columns are put back into the features, which are decoded. With the error term the result is
 * x + coefficient × (decode(edited) - decode(f)). */
function splice(
  graph: Graph,
  x: Value,
  slot: Extract<InterventionSlot, { kind: 'splice' }>,
  input: (part: string, dtype: 'float32' | 'int64') => Value,
  coefficient: () => Value,
): Value {
  const features = slot.sae.encode(graph, x)
  const decoded = slot.sae.decode(graph, features, x)
  if (!slot.edited) return slot.error ? graph.add(decoded, graph.sub(x, decoded)) : decoded
  const { columns, after } = editedColumns(graph, features, input)
  const place = graph.expand(graph.reshape(columns, [1, 1, -1]), graph.shape(after))
  const edited = graph.op('ScatterElements', [features, place, after], { axis: 2 })
  const changed = slot.sae.decode(graph, edited, x)
  return slot.error ? graph.add(x, graph.mul(graph.sub(changed, decoded), coefficient())) : changed
}

/** Applies a slot to the value at its site. A replacement ignores `compute`; all others build the value first. */
export function applySlot(
  graph: Graph,
  site: Site,
  slot: InterventionSlot,
  index: number,
  declare: DeclareInput,
  value: () => Value,
): Value {
  const float = (part: string, shape: readonly (number | string)[]): Value =>
    declare(slotInput(index, part), 'float32', shape)
  const coefficient = (): Value => float('coefficient', maskShape(site, index))
  if (slot.kind === 'replace') return float('value', valueShape(site, index))
  if (slot.kind === 'add') return graph.add(value(), graph.mul(float('value', valueShape(site, index)), coefficient()))
  if (slot.kind === 'patch') {
    const mask = declare(slotInput(index, 'mask'), 'bool', maskShape(site, index))
    return graph.where(mask, float('value', valueShape(site, index)), value())
  }
  if (site.kind === 'pattern') {
    throw new ModelError('site_unknown', `Intervention ${slot.kind} at ${site.name}: a pattern has no directions.`)
  }
  if (slot.kind === 'splice') {
    if (slot.sae.dIn !== siteWidth(site)) {
      const found = `${slot.sae.dIn}, the site ${siteWidth(site)}`
      throw new ModelError('site_unknown', `The SAE to splice at ${site.name} takes vectors of width ${found}.`)
    }
    const shape = (part: string) => (part === 'features' ? [`n${index}`] : [`eb${index}`, 1, `n${index}`])
    const input = (part: string, dtype: 'float32' | 'int64'): Value =>
      declare(slotInput(index, part), dtype, shape(part))
    return splice(graph, value(), slot, input, coefficient)
  }
  return alongDirection(graph, value(), float('direction', [1, 1, siteWidth(site)]), coefficient())
}
