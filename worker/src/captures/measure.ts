// Statistics of a finished capture, read back from its shards: of the values as they are stored, and
// the same whatever interruptions the capture had.
import { join } from 'node:path'
import type { CaptureParams, CaptureSite, SiteStatistics } from '@mistudio/contracts'
import { ActivationStatistics } from '@mistudio/interp/activations'
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
