// Extremes of a large matrix product, block by block: the product itself never exists as a whole.
import { float32, Graph, type Runtime, type Tensor } from '@mistudio/onnx'
import { FeatureDataError } from './errors.js'

/** `count` products per row with the column they belong to, in order; both [rows, count]. */
export interface Extremes {
  readonly count: number
  readonly values: Float32Array
  readonly indices: Int32Array
}

/** Per row, how its products spread from the smallest to the largest: counts [rows, bins] in bins of equal width. */
export interface RowHistograms {
  readonly bins: number
  readonly low: Float32Array
  readonly high: Float32Array
  readonly counts: Uint32Array
}

export interface ProductOptions {
  readonly threads?: number
  /** Called after every block with the rows done; may throw to stop the work. */
  readonly onBlock?: (rows: number) => void
}

export interface ProductRequest {
  /** [rows, d]. */
  readonly a: Float32Array
  /** The other factor: one row per column of the product ([columns, d]), or the matrix itself ([d, columns]). */
  readonly b: Float32Array
  readonly bIs: 'rows' | 'matrix'
  readonly d: number
  readonly count: number
  /** Also find the smallest. */
  readonly smallest: boolean
  /** Also count the products of every row in so many bins; needs `smallest`. */
  readonly bins?: number
  readonly options?: ProductOptions
}

/** Floats of one block of products: 64 MB. */
const BLOCK_FLOATS = 16 * 2 ** 20

/**
 * Largest (and smallest) `count` entries of every row of the product a · b, computed exactly in float32. Ties go to the
 * lower column.
 * @throws FeatureDataError when the matrices do not have `d` columns or the product has fewer than `count` columns.
 */
export async function extremeProducts(
  runtime: Runtime,
  request: ProductRequest,
): Promise<{ largest: Extremes; smallest: Extremes | null; histograms: RowHistograms | null }> {
  const { a, b, d, count, options = {} } = request
  const rows = a.length / d
  const columns = b.length / d
  if (!Number.isInteger(rows) || !Number.isInteger(columns) || count > columns || count < 1) {
    throw new FeatureDataError(`cannot take ${count} of the products of ${rows} by ${columns} rows of width ${d}`)
  }
  const largest = emptyExtremes(rows, count)
  const smallest = request.smallest ? emptyExtremes(rows, count) : null
  const histograms = smallest && request.bins ? emptyHistograms(rows, request.bins) : null
  const session = await runtime.createSession(
    productGraph(request, columns),
    options.threads === undefined ? {} : { threads: options.threads },
  )
  try {
    const block = Math.max(1, Math.floor(BLOCK_FLOATS / columns))
    const right = float32(b, request.bIs === 'rows' ? [columns, d] : [d, columns])
    for (let first = 0; first < rows; first += block) {
      const end = Math.min(rows, first + block)
      const left = float32(a.slice(first * d, end * d), [end - first, d])
      const out = await session.run({ a: left, b: right })
      place(largest, first, out['largest'], out['largest_at'])
      if (smallest) place(smallest, first, out['smallest'], out['smallest_at'])
      if (smallest && histograms) bin(histograms, first, out['product'], { largest, smallest })
      options.onBlock?.(end)
    }
  } finally {
    await session.release()
  }
  return { largest, smallest, histograms }
}

/** a [n, d], b -> largest, largest_at (and smallest, smallest_at) [n, count]. */
function productGraph({ d, bIs, count, smallest, bins }: ProductRequest, columns: number): Uint8Array {
  const g = new Graph('extreme_products')
  const a = g.input('a', 'float32', ['n', d])
  const b = g.input('b', 'float32', bIs === 'rows' ? [columns, d] : [d, columns])
  const product = g.gemm(a, b, null, { b: bIs === 'rows' })
  for (const name of smallest ? ['largest', 'smallest'] : ['largest']) {
    const top = g.topk(product, count, -1, { largest: name === 'largest' })
    g.output(top.values, 'float32', ['n', count], name)
    g.output(g.cast(top.indices, 'int32'), 'int32', ['n', count], `${name}_at`)
  }
  if (bins) g.output(product, 'float32', ['n', columns], 'product')
  return g.build()
}

function emptyExtremes(rows: number, count: number): Extremes {
  return { count, values: new Float32Array(rows * count), indices: new Int32Array(rows * count) }
}

const emptyHistograms = (rows: number, bins: number): RowHistograms => ({
  bins,
  low: new Float32Array(rows),
  high: new Float32Array(rows),
  counts: new Uint32Array(rows * bins),
})

/** Counts a block of products, whose rows begin at `first`. A row whose products are all alike falls into its first bin. */
function bin(
  into: RowHistograms,
  first: number,
  products: Tensor | undefined,
  ends: { readonly largest: Extremes; readonly smallest: Extremes },
): void {
  const data = products?.data
  if (!(data instanceof Float32Array)) throw new FeatureDataError('the product graph returned no products')
  const { bins, counts } = into
  const columns = products!.dims[1]!
  for (let row = 0; row * columns < data.length; row++) {
    const at = first + row
    const low = ends.smallest.values[at * ends.smallest.count]!
    const high = ends.largest.values[at * ends.largest.count]!
    const scale = high > low ? bins / (high - low) : 0
    into.low[at] = low
    into.high[at] = high
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      const place = Math.min(bins - 1, Math.floor((data[i]! - low) * scale))
      counts[at * bins + place] = counts[at * bins + place]! + 1
    }
  }
}

function place(into: Extremes, row: number, values: Tensor | undefined, indices: Tensor | undefined): void {
  if (!(values?.data instanceof Float32Array) || !(indices?.data instanceof Int32Array)) {
    throw new FeatureDataError('the product graph returned other types than it declares')
  }
  into.values.set(values.data, row * into.count)
  into.indices.set(indices.data, row * into.count)
}
