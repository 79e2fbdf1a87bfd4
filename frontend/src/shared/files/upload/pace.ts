// How fast an upload goes and how long it will take, over the last seconds: pure.

export interface Sample {
  /** ms. */
  readonly at: number
  /** Bytes sent so far. */
  readonly bytes: number
}

const WINDOW_MS = 10_000
const SHORTEST_MS = 500

/** Samples with a new one, those older than the window dropped (one is kept beyond it). A count that went back begins anew. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1)
  if (last && sample.bytes < last.bytes) return [sample]
  const firstKept = samples.findLastIndex(({ at }) => at <= sample.at - WINDOW_MS)
  return [...samples.slice(Math.max(0, firstKept)), sample]
}

/** Bytes per second over the samples; null while they tell too little. */
export function rateOf(samples: readonly Sample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)]
  if (!first || !last || last.at - first.at < SHORTEST_MS) return null
  return ((last.bytes - first.bytes) * 1000) / (last.at - first.at)
}

/** Seconds until `left` bytes are sent; null while the rate is unknown or zero. */
export const secondsLeft = (left: number, rate: number | null): number | null => (rate ? left / rate : null)
