// Sites: the named places of a forward pass where activations are read or changed. Names are TransformerLens's.
import { ModelError } from './errors.js'

export interface Site {
  /** For example `blocks.2.hook_resid_post`. */
  readonly name: string
  readonly layer: number | null
  /** Shape of one token's activation: `[d_model]`, or `[heads, head_dim]` for attention sites (heads flattened in memory). */
  readonly shape: readonly number[]
}

/** Values per token at a site; the d_in of an SAE trained there. */
export const siteWidth = (site: Site): number => site.shape.reduce((product, dim) => product * dim, 1)

/** `batch × seq × 128`. */
export const describeShape = (site: Site): string => ['batch', 'seq', ...site.shape].join(' × ')

/** Finds a site by name. @throws ModelError `site_unknown` with the names that would do. */
export function findSite(sites: readonly Site[], name: string): Site {
  const site = sites.find((candidate) => candidate.name === name)
  if (site) return site
  const layers = sites.filter(({ layer }) => layer !== null).map(({ layer }) => layer!)
  const kinds = [...new Set(sites.map((candidate) => candidate.name.replace(/^blocks\.\d+\./, 'blocks.L.')))]
  const range = layers.length ? ` with L from 0 to ${Math.max(...layers)}` : ''
  throw new ModelError('site_unknown', `This model has no site ${name}. It has: ${kinds.join(', ')}${range}.`, {
    site: name,
  })
}
