// Statistics and comparisons of a finished capture, read back from its shards: of the values as they are stored, and
// the same whatever interruptions the capture had.
import { join } from 'node:path'
import type { CaptureParams, CaptureSite, SiteComparison, SiteStatistics } from '@mistudio/contracts'
import { ActivationStatistics, compareSites } from '@mistudio/interp'
import { openShard } from './shards.js'

/** Multiplications that all comparisons together may cost, about a minute; more pairs or dimensions mean fewer rows. */
const COMPARISON_WORK = 3e10
const MOST_ROWS = 16_384

export interface StoredCapture {
  readonly folder: string
  /** In order. */
  readonly shards: readonly string[]
  readonly sites: readonly CaptureSite[]
  readonly tokens: number
  readonly contextSize: number
  readonly params: CaptureParams
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
      const source = await openShard(join(capture.folder, shard), capture.params.format)
      statistics.add(await source.float32(name), await source.float32('positions'))
      await step(++done)
    }
    found.push({ site: name, ...statistics.figures() })
  }
  return found
}

/**
 * Rows that comparisons read: every stride-th. The stride shares no factor with the context size, so that every
 * position is met equally often.
 */
export function comparisonStride(tokens: number, contextSize: number, widths: readonly number[]): number {
  let work = 0
  widths.forEach((a, i) => {
    for (const b of widths.slice(i + 1)) work += a * a + a * b + b * b
  })
  const rows = Math.max(1, Math.min(MOST_ROWS, Math.floor(COMPARISON_WORK / Math.max(1, work))))
  if (rows >= tokens) return 1
  let stride = Math.ceil(tokens / rows)
  while (gcd(stride, contextSize) > 1) stride++
  return stride
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

/** All pairs of sites, in order of the sites, the later one as `a`: change is measured against the earlier. */
export async function compareAll(
  capture: StoredCapture,
  step: (done: number) => Promise<void>,
): Promise<SiteComparison[]> {
  const { sites } = capture
  const stride = comparisonStride(
    capture.tokens,
    capture.contextSize,
    sites.map(({ width }) => width),
  )
  const rows = new Map<string, Float32Array>()
  if (sites.length > 1) for (const site of sites) rows.set(site.name, await sampledRows(capture, site, stride))
  const found: SiteComparison[] = []
  for (const [i, b] of sites.entries()) {
    for (const a of sites.slice(i + 1)) {
      const [x, y] = [rows.get(a.name)!, rows.get(b.name)!]
      const figures = compareSites(x, a.width, y, b.width)
      found.push({ a: a.name, b: b.name, tokens: x.length / a.width, ...figures })
      await step(found.length)
    }
  }
  return found
}

async function sampledRows(capture: StoredCapture, site: CaptureSite, stride: number): Promise<Float32Array> {
  const out = new Float32Array(Math.ceil(capture.tokens / stride) * site.width)
  let [taken, next, first] = [0, 0, 0]
  for (const shard of capture.shards) {
    const values = await (await openShard(join(capture.folder, shard), capture.params.format)).float32(site.name)
    const count = values.length / site.width
    for (; next < first + count; next += stride) {
      const at = (next - first) * site.width
      out.set(values.subarray(at, at + site.width), taken++ * site.width)
    }
    first += count
  }
  return out
}
