// Statistics and comparisons of a finished capture, read back from its shards: of the values as they are stored, and
// the same whatever interruptions the capture had.
import { join } from 'node:path'
import {
  type CaptureParams,
  type CaptureSite,
  type ComparisonPlan,
  pairsOf,
  planOwnComparisons,
  type SiteComparison,
  type SiteStatistics,
} from '@mistudio/contracts'
import { ActivationStatistics, type ComparableSite, comparableSite, compareSites } from '@mistudio/interp'
import { openShard } from './shards.js'

export interface StoredCapture {
  readonly folder: string
  /** In order. */
  readonly shards: readonly string[]
  readonly sites: readonly CaptureSite[]
  readonly tokens: number
  readonly contextSize: number
  readonly format: CaptureParams['format']
}

/** Statistics of every site. `step(done)` is called after each site and shard; a throw there ends it. */
export async function measureSites(
  capture: StoredCapture,
  step: (done: number) => Promise<void>,
): Promise<SiteStatistics[]> {
  const found: SiteStatistics[] = []
  let done = 0
  for (const { name, width } of capture.sites) {
    const statistics = new ActivationStatistics(width, capture.tokens)
    for (const shard of capture.shards) {
      const source = await openShard(join(capture.folder, shard), capture.format)
      statistics.add(await source.float32(name), await source.float32('positions'))
      await step(++done)
    }
    found.push({ site: name, ...statistics.figures() })
  }
  return found
}

/** What comparing all pairs of a capture's sites reads and costs. */
export const planOwnPairs = ({ tokens, contextSize, sites }: StoredCapture): ComparisonPlan =>
  planOwnComparisons(
    tokens,
    contextSize,
    sites.map(({ width }) => width),
  )

/** All pairs of sites, in order of the sites, the later one as `a`: change is measured against the earlier. */
export async function compareAll(
  capture: StoredCapture,
  step: (done: number) => Promise<void>,
): Promise<SiteComparison[]> {
  const { stride } = planOwnPairs(capture)
  const ready = new Map<string, ComparableSite>()
  const pairs = pairsOf(capture.sites)
  if (pairs.length > 0) {
    for (const site of capture.sites) {
      const values = await sampledRows(capture, site, capture.tokens, stride)
      ready.set(site.name, comparableSite(values, site.width))
      await step(0)
    }
  }
  const found: SiteComparison[] = []
  for (const [b, a] of pairs) {
    const [x, y] = [ready.get(a.name)!, ready.get(b.name)!]
    found.push({ a: a.name, b: b.name, tokens: x.values.length / x.width, ...compareSites(x, y) })
    await step(found.length)
  }
  return found
}

/** Every stride-th of the first `tokens` rows at a site: [rows, width]. Shards after them are not opened. */
export async function sampledRows(
  capture: Pick<StoredCapture, 'folder' | 'shards' | 'format'>,
  site: Pick<CaptureSite, 'name' | 'width'>,
  tokens: number,
  stride: number,
): Promise<Float32Array> {
  const out = new Float32Array(Math.ceil(tokens / stride) * site.width)
  let [taken, next, first] = [0, 0, 0]
  for (const shard of capture.shards) {
    if (next >= tokens) break
    const values = await (await openShard(join(capture.folder, shard), capture.format)).float32(site.name)
    const count = values.length / site.width
    for (; next < Math.min(tokens, first + count); next += stride) {
      const at = (next - first) * site.width
      out.set(values.subarray(at, at + site.width), taken++ * site.width)
    }
    first += count
  }
  return out
}
