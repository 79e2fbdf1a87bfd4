// Interventions with their data: what to do at a site during a run, checked against the run's shape and turned into feeds.
// What the graph does with them is in intervention-graph.ts.
import { bool, float32, int64, type Tensor } from '@mistudio/onnx'
import { ModelError } from './errors.js'
import { type InterventionSlot, slotInput } from './graphs/intervention-graph.js'
import type { SpliceProgram } from './graphs/splice.js'
import { findSite, type Site, siteWidth } from './sites.js'

/** How strongly: one number for all, one per row [batch], or one per position [batch × seq], row-major. 0 leaves the value as it is. */
export type Strength = number | Float32Array

/** What becomes of one feature of a spliced SAE: its activation f becomes min(max, max(min, f × scale + add)). */
export interface FeatureEdit {
  readonly feature: number
  /** Default 1; 0 with `add` v sets the feature to v; 0 alone ablates it. */
  readonly scale?: number
  /** Default 0. */
  readonly add?: number
  readonly min?: number
  readonly max?: number
}

/**
 * A change at a site. `value` holds [width] (the same everywhere), [batch, width] (one vector per row) or [batch, seq, width]; at pattern
 * sites the whole [batch, heads, query, key].
 */
export type Intervention =
  /** x + coefficient × value. */
  | { readonly site: string; readonly kind: 'add'; readonly value: Float32Array; readonly coefficient?: Strength }
  /** `value` in place of everything: what comes before the site is not computed. Zeros ablate, a mean mean-ablates. */
  | { readonly site: string; readonly kind: 'replace'; readonly value: Float32Array }
  /** `value` where `mask` [batch, seq] is not 0: activations of another run, for example. */
  | { readonly site: string; readonly kind: 'patch'; readonly value: Float32Array; readonly mask: Uint8Array }
  /** x - coefficient × (x·d) d for the unit vector d along `direction` [width]: 1 removes the direction. */
  | {
      readonly site: string
      readonly kind: 'project'
      readonly direction: Float32Array
      readonly coefficient?: Strength
    }
  /** The part of x along `direction` times `factor` (1 leaves it): x + (factor - 1) (x·d) d. */
  | { readonly site: string; readonly kind: 'scale'; readonly direction: Float32Array; readonly factor: Strength }
  /**
   * The site's value goes through an SAE, with edits of its features. With `error` what the SAE does not reconstruct is added back, so
   * that no edit means no change, and the change that edits make is multiplied by `coefficient`; without, the model runs on the
   * reconstruction.
   */
  | {
      readonly site: string
      readonly kind: 'splice'
      readonly sae: SpliceProgram
      /** The same for every row, or a list per row. */
      readonly edits: readonly FeatureEdit[] | readonly (readonly FeatureEdit[])[]
      readonly error: boolean
      readonly coefficient?: Strength
    }

type Splice = Extract<Intervention, { kind: 'splice' }>

export interface BatchShape {
  readonly batch: number
  readonly seq: number
}

/** What the graph must know of an intervention. */
export function slotOf(intervention: Intervention): InterventionSlot {
  const { site, kind } = intervention
  if (intervention.kind === 'splice') {
    const { sae, error, edits } = intervention
    return { site, kind: 'splice', sae, error, edited: edits.flat().length > 0 }
  }
  return { site, kind: kind as Exclude<Intervention['kind'], 'splice'> }
}

const mismatch = ({ kind, site }: Intervention, what: string): ModelError =>
  new ModelError('prompt_invalid', `Intervention ${kind} at ${site}: ${what}.`)

/** Values with the axes they have; axes that are the same everywhere are 1. */
function valueTensor(intervention: Intervention, value: Float32Array, site: Site, { batch, seq }: BatchShape): Tensor {
  const width = siteWidth(site)
  if (site.kind === 'pattern') {
    const keys = value.length / (batch * seq * width)
    if (Number.isInteger(keys) && keys > 0) return float32(value, [batch, width, seq, keys])
    throw mismatch(intervention, `${value.length} values are no [${batch}, ${width}, ${seq}, keys]`)
  }
  if (value.length === width) return float32(value, [1, 1, width])
  if (value.length === batch * width) return float32(value, [batch, 1, width])
  if (value.length === batch * seq * width) return float32(value, [batch, seq, width])
  throw mismatch(
    intervention,
    `${value.length} values fit neither [${width}], [${batch}, ${width}] nor [${batch}, ${seq}, ${width}]`,
  )
}

/** A replacement has no other input to take its shape from, so it is written out in full. */
function expanded(value: Tensor, { batch, seq }: BatchShape): Tensor {
  const width = value.dims.at(-1)!
  const rows = value.dims[0]!
  if (value.dims.length > 3 || (value.dims[1] === seq && rows === batch)) return value
  const full = new Float32Array(batch * seq * width)
  const data = value.data as Float32Array
  for (let row = 0; row < batch; row++) {
    const vector = data.subarray(rows === 1 ? 0 : row * width, rows === 1 ? width : (row + 1) * width)
    for (let position = 0; position < seq; position++) full.set(vector, (row * seq + position) * width)
  }
  return float32(full, [batch, seq, width])
}

/** A coefficient with the axes it has, `offset` added: [1 | batch, 1 | seq, 1], or one axis more at pattern sites. */
function coefficientTensor(
  intervention: Intervention,
  coefficient: Strength,
  site: Site,
  { batch, seq }: BatchShape,
  change: (value: number) => number = (value) => value,
): Tensor {
  const values = typeof coefficient === 'number' ? Float32Array.of(coefficient) : coefficient
  const shape = (rows: number, positions: number): number[] =>
    site.kind === 'pattern' ? [rows, 1, positions, 1] : [rows, positions, 1]
  const changed = values.map(change)
  if (values.length === 1) return float32(changed, shape(1, 1))
  if (values.length === batch) return float32(changed, shape(batch, 1))
  if (values.length === batch * seq) return float32(changed, shape(batch, seq))
  throw mismatch(intervention, `${values.length} coefficients are neither 1, ${batch} nor ${batch} × ${seq}`)
}

/** A direction as a unit vector [1, 1, width]. */
function unitVector(intervention: Intervention, direction: Float32Array, site: Site): Tensor {
  const width = siteWidth(site)
  if (direction.length !== width) {
    throw mismatch(intervention, `the direction has ${direction.length} values, the site ${width}`)
  }
  const norm = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0))
  if (!(norm > 0)) throw mismatch(intervention, 'the direction has no length')
  return float32(
    direction.map((value) => value / norm),
    [1, 1, width],
  )
}

const LARGEST = 3.4028234663852886e38

/** Edits by row; one entry when all rows share them. */
function editsByRow(intervention: Splice, batch: number): readonly (readonly FeatureEdit[])[] {
  const { edits } = intervention
  const rows = edits.filter((entry): entry is readonly FeatureEdit[] => Array.isArray(entry))
  if (rows.length === 0) return [edits as readonly FeatureEdit[]]
  if (rows.length === edits.length && rows.length === batch) return rows
  throw mismatch(intervention, `${edits.length} lists of edits for ${batch} rows`)
}

function checkEdits(intervention: Splice, edits: readonly FeatureEdit[]): void {
  const { dSae } = intervention.sae
  const seen = new Set<number>()
  for (const { feature } of edits) {
    if (!Number.isInteger(feature) || feature < 0 || feature >= dSae) {
      throw mismatch(intervention, `the SAE has features 0 to ${dSae - 1}, not ${feature}`)
    }
    if (seen.has(feature))
      throw mismatch(intervention, `feature ${feature} is edited twice; combine the edits into one`)
    seen.add(feature)
  }
}

/** Edits as columns: every edited feature once, with what becomes of it in each row (where a row does not edit it: nothing). */
function editFeeds(
  intervention: Splice,
  name: (part: string) => string,
  site: Site,
  shape: BatchShape,
): Record<string, Tensor> {
  if (intervention.edits.flat().length === 0) return {}
  const rows = editsByRow(intervention, shape.batch)
  for (const edits of rows) checkEdits(intervention, edits)
  const features = [...new Set(rows.flatMap((edits) => edits.map(({ feature }) => feature)))]
  const table = rows.map((edits) => features.map((feature) => edits.find((edit) => edit.feature === feature)))
  const column = (of: (edit: FeatureEdit) => number | undefined, none: number): Tensor =>
    float32(
      Float32Array.from(table.flat(), (edit) => (edit ? (of(edit) ?? none) : none)),
      [rows.length, 1, features.length],
    )
  return {
    [name('features')]: int64(features),
    [name('scale')]: column(({ scale }) => scale, 1),
    [name('add')]: column(({ add }) => add, 0),
    [name('min')]: column(({ min }) => min, -LARGEST),
    [name('max')]: column(({ max }) => max, LARGEST),
    ...(intervention.error
      ? { [name('coefficient')]: coefficientTensor(intervention, intervention.coefficient ?? 1, site, shape) }
      : {}),
  }
}

function feedsOf(
  intervention: Intervention,
  index: number,
  site: Site,
  shape: BatchShape,
): Readonly<Record<string, Tensor>> {
  const name = (part: string): string => slotInput(index, part)
  if (intervention.kind === 'splice') return editFeeds(intervention, name, site, shape)
  if (intervention.kind === 'project' || intervention.kind === 'scale') {
    const along =
      intervention.kind === 'project'
        ? coefficientTensor(intervention, intervention.coefficient ?? 1, site, shape, (value) => -value)
        : coefficientTensor(intervention, intervention.factor, site, shape, (value) => value - 1)
    return { [name('direction')]: unitVector(intervention, intervention.direction, site), [name('coefficient')]: along }
  }
  const value = valueTensor(intervention, intervention.value, site, shape)
  if (intervention.kind === 'replace') return { [name('value')]: expanded(value, shape) }
  if (intervention.kind === 'add') {
    const coefficient = coefficientTensor(intervention, intervention.coefficient ?? 1, site, shape)
    return { [name('value')]: value, [name('coefficient')]: coefficient }
  }
  const { batch, seq } = shape
  const { mask } = intervention
  if (mask.length !== batch * seq) {
    throw mismatch(intervention, `the mask has ${mask.length} entries for ${batch} × ${seq} positions`)
  }
  const axes = site.kind === 'pattern' ? [batch, 1, seq, 1] : [batch, seq, 1]
  return { [name('value')]: value, [name('mask')]: bool(mask, axes) }
}

/** Graph inputs for a list of interventions. @throws ModelError `site_unknown`, or `prompt_invalid` for values of the wrong size. */
export function interventionFeeds(
  interventions: readonly Intervention[],
  sites: readonly Site[],
  shape: BatchShape,
): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {}
  for (const [index, intervention] of interventions.entries()) {
    Object.assign(feeds, feedsOf(intervention, index, findSite(sites, intervention.site), shape))
  }
  return feeds
}
