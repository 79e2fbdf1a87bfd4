// The capture form's choices and the words of its page. Pure.
import { type Capture, isCapturable, type Model, type SiteComparison, type Tokenization } from '@mistudio/contracts'
import { formatBytes, formatCount, plural } from '../ui/format.js'

export interface SiteGroup {
  readonly label: string
  readonly sites: Model['sites']
}

/** Sites that can be captured, by layer in order; those outside of layers come first. */
export function siteGroups(model: Pick<Model, 'sites'>): SiteGroup[] {
  const groups = new Map<string, Model['sites']>()
  for (const site of model.sites.filter(isCapturable)) {
    const label = site.layer === null ? 'Whole model' : `Layer ${site.layer}`
    groups.set(label, [...(groups.get(label) ?? []), site])
  }
  return [...groups].map(([label, sites]) => ({ label, sites }))
}

export const tokenizationsOf = (modelId: string, all: readonly Tokenization[]): Tokenization[] =>
  all.filter((one) => one.modelId === modelId && one.status === 'ready')

export const captureName = (capture: Pick<Capture, 'modelName' | 'datasetName'>): string =>
  `${capture.modelName} on ${capture.datasetName}`

export const captureLine = (capture: Capture): string =>
  [
    plural(capture.sites.length, 'site'),
    `${formatCount(capture.tokens)} tokens`,
    capture.summary ? formatBytes(capture.summary.bytes) : `about ${formatBytes(capture.estimatedBytes)}`,
    `${capture.params.format}, ${capture.params.dtype}`,
  ].join(' · ')

/** Without `blocks.` and `hook_`: fits a table. */
export const shortSite = (site: string): string => site.replace(/^blocks\./, 'L').replace('hook_', '')

/** The comparison of two sites, whichever way round it is stored. */
export const pairOf = (comparisons: readonly SiteComparison[], a: string, b: string): SiteComparison | null =>
  comparisons.find((pair) => (pair.a === a && pair.b === b) || (pair.a === b && pair.b === a)) ?? null

/** A command that fetches one file with an API key. */
export const curlLine = (url: string, name: string): string =>
  `curl -fH "Authorization: Bearer $MISTUDIO_API_KEY" -o ${name} ${url}`
