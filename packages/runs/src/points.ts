// Points of one metric: steps ascend, each once. How they are packed into a chunk, and how two lots become one. No SQL.
import { ColumnReader, ColumnWriter } from './bytes.js'

export interface Points {
  readonly steps: readonly number[]
  readonly values: readonly number[]
}

/** Points in a full chunk. */
export const CHUNK_POINTS = 4096

export const packPoints = ({ steps, values }: Points): Promise<Buffer> =>
  new ColumnWriter().integers(steps).floats(values).bytes()

export function unpackPoints(data: Uint8Array, count: number): Points {
  const reader = ColumnReader.of(data)
  return { steps: reader.integers(count), values: reader.floats(count) }
}

/** The same points in the order of their steps. Of two with one step the first given counts. */
export function sorted({ steps, values }: Points): Points {
  if (steps.every((step, i) => i === 0 || step > (steps[i - 1] as number))) return { steps, values }
  const order = steps.map((_, i) => i).sort((a, b) => (steps[a] as number) - (steps[b] as number) || a - b)
  const kept = order.filter((at, i) => i === 0 || steps[at] !== steps[order[i - 1] as number])
  return { steps: kept.map((at) => steps[at] as number), values: kept.map((at) => values[at] as number) }
}

/** Both lots in order; where both have a step, the first lot's counts. */
export function merged(old: Points, fresh: Points): Points {
  const steps = old.steps.concat(fresh.steps)
  const values = old.values.concat(fresh.values)
  return sorted({ steps, values })
}

/** Full chunks and the rest. */
export function split({ steps, values }: Points): Points[] {
  const parts: Points[] = []
  for (let from = 0; from < steps.length; from += CHUNK_POINTS) {
    parts.push({ steps: steps.slice(from, from + CHUNK_POINTS), values: values.slice(from, from + CHUNK_POINTS) })
  }
  return parts
}

/** Points from `from` to `to`, both included. */
export function within({ steps, values }: Points, from: number, to: number): Points {
  if (steps.length === 0 || ((steps[0] as number) >= from && (steps.at(-1) as number) <= to)) return { steps, values }
  const kept = steps.flatMap((step, i) => (step >= from && step <= to ? [i] : []))
  return { steps: kept.map((i) => steps[i] as number), values: kept.map((i) => values[i] as number) }
}
