// What a capture looks like on screen: pure.
import type { Capture, CaptureSite, SiteComparison, SitePair } from '@mistudio/contracts'
import { formatBytes, formatCount, plural } from '../../ui/format.js'

export const captureName = (capture: Pick<Capture, 'modelName' | 'datasetName'>): string =>
  `${capture.modelName} on ${capture.datasetName}`

/** Up to three sites by name, more by their number. */
export const siteList = ({ sites }: Pick<Capture, 'sites'>): string =>
  sites.length <= 3 ? sites.map(({ name }) => shortSite(name)).join(', ') : plural(sites.length, 'site')

/** Tells captures of one model and dataset apart in a list. */
export const captureTitle = (capture: Capture): string => `${captureName(capture)} · ${siteList(capture)}`

export const captureLine = (capture: Capture): string =>
  [
    `${formatCount(capture.tokens)} tokens`,
    capture.summary ? formatBytes(capture.summary.bytes) : `about ${formatBytes(capture.estimatedBytes)}`,
    `${capture.params.format}, ${capture.params.dtype}`,
  ].join(' · ')

/** Without `blocks.` and `hook_`: fits a table. */
export const shortSite = (site: string): string => site.replace(/^blocks\./, 'L').replace('hook_', '')

export type PairChoice = 'neighbours' | 'one' | 'with_all' | 'all'

/**
 * Pairs of a capture's sites, the later one first: change is measured against the earlier. Neighbours are sites of the same name in
 * consecutive layers that were captured.
 */
export function pairsFor(choice: PairChoice, sites: readonly CaptureSite[], a: string, b: string): SitePair[] {
  const names = sites.map(({ name }) => name)
  if (choice === 'neighbours') return neighbours(sites)
  if (choice === 'one') return a === b ? [] : [[a, b]]
  if (choice === 'with_all') return names.filter((name) => name !== a).map((name) => [name, a])
  return names.flatMap((earlier, i) => names.slice(i + 1).map((later): SitePair => [later, earlier]))
}

function neighbours(sites: readonly CaptureSite[]): SitePair[] {
  const kind = ({ name, layer }: CaptureSite) => name.replace(`.${layer}.`, '.')
  const inLayers = sites.filter(({ layer }) => layer !== null).sort((x, y) => x.layer! - y.layer!)
  return inLayers.flatMap((later, i) => {
    const earlier = inLayers.slice(0, i).findLast((one) => kind(one) === kind(later) && one.layer! < later.layer!)
    return earlier ? [[later.name, earlier.name] as SitePair] : []
  })
}

/** The comparison of two sites, whichever way round it is stored. */
export const pairOf = (comparisons: readonly SiteComparison[], a: string, b: string): SiteComparison | null =>
  comparisons.find((pair) => (pair.a === a && pair.b === b) || (pair.a === b && pair.b === a)) ?? null

/** A command that fetches one file with an API key. */
export const curlLine = (url: string, name: string): string =>
  `curl -fH "Authorization: Bearer $MISTUDIO_API_KEY" -o ${name} ${url}`

/** Finished captures whose tokens may be those of this one: same context size and split, itself left out. Newest first. */
export const comparableWith = (capture: Capture, all: readonly Capture[]): Capture[] =>
  all.filter(
    (one) =>
      one.id !== capture.id &&
      one.summary !== null &&
      one.contextSize === capture.contextSize &&
      one.datasetName === capture.datasetName &&
      one.params.split === capture.params.split,
  )

/** Tells captures of one model apart: its sites, or how many, and when. */
export const captureOption = (capture: Capture, at: (iso: string) => string): string => {
  return `${captureTitle(capture)} · ${at(capture.createdAt)}`
}
