// How many values a site stores per token, and which captures are refused for their size. Pure.
import type { Site } from '../models/schemas.js'
import type { CapturePlan } from './estimate.js'

type Sized = Pick<Site, 'kind' | 'width'>

/** Values of one token in a context of so many: of an attention pattern, a weight for every head and key. */
export const valuesPerToken = ({ kind, width }: Sized, contextSize: number): number =>
  kind === 'pattern' ? width * contextSize : width

/** Activations of one context at all sites, which are in memory together. */
const MOST_CONTEXT_BYTES = 2 ** 31
const MOST_BYTES = 2 ** 38

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`
const number = (value: number): string => value.toLocaleString('en-US')

/** Why a capture of these sites is not made, with the arithmetic; null when it can be. */
export function tooLarge(
  sites: readonly Sized[],
  contextSize: number,
  { tokens, bytes }: Pick<CapturePlan, 'tokens' | 'bytes'>,
): string | null {
  const width = sites.reduce((sum, site) => sum + valuesPerToken(site, contextSize), 0)
  const perContext = contextSize * width * 4
  const heads = sites.reduce((sum, { kind, width }) => sum + (kind === 'pattern' ? width : 0), 0)
  const patterns =
    heads > 0 ? ` (${number(heads)} heads \u00d7 ${number(contextSize)} keys of attention patterns among them)` : ''
  if (perContext > MOST_CONTEXT_BYTES) {
    return `One context of ${number(contextSize)} tokens \u00d7 ${number(width)} values${patterns} \u00d7 4 bytes is ${gib(perContext)}; at most ${gib(MOST_CONTEXT_BYTES)}. Choose fewer sites or shorter contexts.`
  }
  if (bytes > MOST_BYTES) {
    return `${number(tokens)} tokens \u00d7 ${number(width)} values${patterns} is ${gib(bytes)}; at most ${gib(MOST_BYTES)}. Choose fewer tokens or sites.`
  }
  return null
}
