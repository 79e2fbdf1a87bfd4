// Interventions with their data: what to add or put at a site during a run, checked against the run's shape and turned into feeds.
import { bool, float32, type Tensor } from '@mistudio/onnx'
import { ModelError } from './errors.js'
import { type InterventionSlot, interventionInput, maskInput } from './hooked-graph.js'
import { findSite, type Site, siteWidth } from './sites.js'

/**
 * A change at a site. `value` holds [width] (the same everywhere), [batch, width] (one vector per row) or [batch, seq, width].
 * `add` adds it; `replace` puts it in place of everything; `patch` puts it where `mask` [batch, seq] is not 0.
 */
export type Intervention =
  | { readonly site: string; readonly kind: 'add' | 'replace'; readonly value: Float32Array }
  | { readonly site: string; readonly kind: 'patch'; readonly value: Float32Array; readonly mask: Uint8Array }

export interface BatchShape {
  readonly batch: number
  readonly seq: number
}

const mismatch = (intervention: InterventionSlot, what: string): ModelError =>
  new ModelError('prompt_invalid', `Intervention ${intervention.kind} at ${intervention.site}: ${what}.`)

/** The value with the axes it has: broadcast axes are 1. */
function valueTensor(intervention: Intervention, width: number, { batch, seq }: BatchShape): Tensor {
  const { value } = intervention
  if (value.length === width) return float32(value, [1, 1, width])
  if (value.length === batch * width) return float32(value, [batch, 1, width])
  if (value.length === batch * seq * width) return float32(value, [batch, seq, width])
  throw mismatch(
    intervention,
    `${value.length} values fit neither [${width}], [${batch}, ${width}] nor [${batch}, ${seq}, ${width}]`,
  )
}

/** A replacement has no other input to take its shape from, so it is written out in full. */
function expanded(value: Tensor, width: number, { batch, seq }: BatchShape): Tensor {
  const full = new Float32Array(batch * seq * width)
  const rows = value.dims[0]!
  if (value.dims[1] === seq && rows === batch) return value
  const data = value.data as Float32Array
  for (let row = 0; row < batch; row++) {
    const vector = data.subarray(rows === 1 ? 0 : row * width, rows === 1 ? width : (row + 1) * width)
    for (let position = 0; position < seq; position++) full.set(vector, (row * seq + position) * width)
  }
  return float32(full, [batch, seq, width])
}

/** Graph inputs for a list of interventions. @throws ModelError `site_unknown`, or `prompt_invalid` for values of the wrong size. */
export function interventionFeeds(
  interventions: readonly Intervention[],
  sites: readonly Site[],
  shape: BatchShape,
): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {}
  for (const intervention of interventions) {
    const width = siteWidth(findSite(sites, intervention.site))
    const value = valueTensor(intervention, width, shape)
    feeds[interventionInput(intervention)] = intervention.kind === 'replace' ? expanded(value, width, shape) : value
    if (intervention.kind !== 'patch') continue
    const { mask } = intervention
    if (mask.length !== shape.batch * shape.seq)
      throw mismatch(intervention, `the mask has ${mask.length} entries for ${shape.batch} × ${shape.seq} positions`)
    feeds[maskInput(intervention.site)] = bool(mask, [shape.batch, shape.seq, 1])
  }
  return feeds
}
