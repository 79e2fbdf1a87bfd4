// Statistics of one tensor from its values in pieces, so that no tensor needs to be in memory as a whole. Two passes: moments and range
// first, then the histogram over that range. float64 throughout. Pure.
import { type NormQuantiles, TENSOR_BINS, type TensorStatistics } from '@mistudio/contracts'

/** Count, mean and sums of powers of the deviations from the mean. */
interface Moments {
  readonly count: number
  readonly mean: number
  readonly m2: number
  readonly m3: number
  readonly m4: number
}

const NOTHING: Moments = { count: 0, mean: 0, m2: 0, m3: 0, m4: 0 }

/** Moments of the finite values of a piece: mean first, then deviations, so that nothing cancels. */
function momentsOf(values: Float32Array): Moments {
  let count = 0
  let sum = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    count++
    sum += value
  }
  if (count === 0) return NOTHING
  const mean = sum / count
  let [m2, m3, m4] = [0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    const deviation = value - mean
    const square = deviation * deviation
    m2 += square
    m3 += square * deviation
    m4 += square * square
  }
  return { count, mean, m2, m3, m4 }
}

/** Moments of two sets together (Pébay, SAND2008-6212, equations 1.5, 2.1, 2.2). */
function joined(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b
  if (b.count === 0) return a
  const n = a.count + b.count
  const delta = b.mean - a.mean
  const [pa, pb] = [a.count / n, b.count / n]
  const spread = delta * delta * a.count * pb
  return {
    count: n,
    mean: a.mean + delta * pb,
    m2: a.m2 + b.m2 + spread,
    m3: a.m3 + b.m3 + spread * delta * (pa - pb) + 3 * delta * (pa * b.m2 - pb * a.m2),
    m4:
      a.m4 +
      b.m4 +
      spread * delta * delta * (pa * pa - pa * pb + pb * pb) +
      6 * delta * delta * (pa * pa * b.m2 + pb * pb * a.m2) +
      4 * delta * (pa * b.m3 - pb * a.m3),
  }
}

/** Sums of squares of every row and column of a matrix given row by row in pieces of any length. */
class LineNorms {
  private readonly rowSquares: Float64Array
  private readonly columnSquares: Float64Array
  private at = 0

  constructor(rows: number, columns: number) {
    this.rowSquares = new Float64Array(rows)
    this.columnSquares = new Float64Array(columns)
  }

  add(values: Float32Array): void {
    const columns = this.columnSquares.length
    for (let i = 0; i < values.length; ) {
      const row = Math.floor(this.at / columns)
      const column = this.at % columns
      const length = Math.min(columns - column, values.length - i)
      let sum = 0
      for (let k = 0; k < length; k++) {
        const value = values[i + k]!
        const square = Number.isFinite(value) ? value * value : 0
        sum += square
        this.columnSquares[column + k]! += square
      }
      this.rowSquares[row]! += sum
      this.at += length
      i += length
    }
  }

  get rows(): NormQuantiles {
    return normQuantiles(this.rowSquares)
  }

  get columns(): NormQuantiles {
    return normQuantiles(this.columnSquares)
  }
}

function normQuantiles(squares: Float64Array): NormQuantiles {
  const sorted = squares.map(Math.sqrt).sort()
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
  return {
    count: sorted.length,
    min: sorted[0]!,
    p05: rank(0.05),
    p25: rank(0.25),
    median: rank(0.5),
    p75: rank(0.75),
    p95: rank(0.95),
    max: sorted.at(-1)!,
  }
}

/** First pass. */
class Accumulator {
  private moments = NOTHING
  private min = Number.POSITIVE_INFINITY
  private max = Number.NEGATIVE_INFINITY
  private squares = 0
  private zeros = 0
  private count = 0
  private readonly lines: LineNorms | null

  constructor(shape: readonly number[]) {
    const [rows = 0, columns = 0] = shape
    this.lines = shape.length === 2 && rows > 0 && columns > 0 ? new LineNorms(rows, columns) : null
  }

  add(values: Float32Array): void {
    this.count += values.length
    this.moments = joined(this.moments, momentsOf(values))
    this.lines?.add(values)
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      if (!Number.isFinite(value)) continue
      if (value < this.min) this.min = value
      if (value > this.max) this.max = value
      if (value === 0) this.zeros++
      this.squares += value * value
    }
  }

  statistics(name: string): Omit<TensorStatistics, 'histogram'> {
    const { count, mean, m2, m4 } = this.moments
    return {
      name,
      count: this.count,
      notFinite: this.count - count,
      zeros: this.zeros,
      mean,
      std: count > 0 ? Math.sqrt(m2 / count) : 0,
      min: count > 0 ? this.min : 0,
      max: count > 0 ? this.max : 0,
      norm: Math.sqrt(this.squares),
      kurtosis: m2 > 0 ? (count * m4) / (m2 * m2) - 3 : null,
      rows: this.lines?.rows ?? null,
      columns: this.lines?.columns ?? null,
    }
  }
}

/** Counts in TENSOR_BINS equal bins from `min` to `max`, the last one closed. */
async function histogram(
  pieces: AsyncIterable<Float32Array>,
  min: number,
  max: number,
): Promise<TensorStatistics['histogram']> {
  const scale = TENSOR_BINS / (max - min)
  // Equal values, and ranges too small to be divided.
  if (!Number.isFinite(scale)) return null
  const counts = new Array<number>(TENSOR_BINS).fill(0)
  for await (const values of pieces) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      if (Number.isFinite(value)) counts[Math.min(TENSOR_BINS - 1, Math.floor((value - min) * scale))]!++
    }
  }
  const edges = Array.from({ length: TENSOR_BINS + 1 }, (_, i) => min + ((max - min) * i) / TENSOR_BINS)
  return { edges, counts }
}

/** Statistics of a tensor. `pieces` gives its values from the start, each time it is called; `shape` as stored. */
export async function tensorStatistics(
  name: string,
  shape: readonly number[],
  pieces: () => AsyncIterable<Float32Array>,
): Promise<TensorStatistics> {
  const accumulator = new Accumulator(shape)
  for await (const values of pieces()) accumulator.add(values)
  const first = accumulator.statistics(name)
  return { ...first, histogram: await histogram(pieces(), first.min, first.max) }
}
