// One shard on disk: activations [rows, width] per site and, for every row, its token, context and position (int32).
// Rows lie in the order of the text, contexts whole; the same for safetensors and npz.
import { join } from 'node:path'
import { AppError, type CaptureParams, type CaptureSite } from '@mistudio/contracts'
import {
  NpzFile,
  type RowSource,
  SafetensorsFile,
  toFloat16,
  type WrittenFile,
  writeNpz,
  writeSafetensors,
} from '@mistudio/formats'

export interface ShardRows {
  /** Per site [rows, width]. */
  readonly activations: ReadonlyMap<string, Float32Array>
  readonly tokens: Int32Array
  readonly contexts: Int32Array
  readonly positions: Int32Array
}

export const shardName = (index: number, format: CaptureParams['format']): string =>
  `shard-${String(index).padStart(5, '0')}.${format}`

/** Rows of whole contexts of `contextSize` tokens, contexts numbered from `first` on in the token store. */
export function traceRows(tokens: Int32Array, contextSize: number, first: number) {
  return {
    tokens,
    contexts: tokens.map((_, row) => first + Math.floor(row / contextSize)),
    positions: tokens.map((_, row) => row % contextSize),
  }
}

/**
 * Writes one shard, whole or not at all.
 * @throws AppError `model_invalid` for values that are not finite, `bad_request` when float16 cannot hold one.
 */
/**
 * Attention patterns [batch, heads, query, key] as rows of tokens: [batch · query, heads · key], the weights of a query's first head first.
 */
export function patternRows(pattern: Float32Array, heads: number, seq: number): Float32Array {
  const out = new Float32Array(pattern.length)
  const rows = pattern.length / (heads * seq)
  for (let row = 0; row < rows; row++) {
    const [batch, query] = [Math.floor(row / seq), row % seq]
    for (let head = 0; head < heads; head++) {
      const from = ((batch * heads + head) * seq + query) * seq
      out.set(pattern.subarray(from, from + seq), (row * heads + head) * seq)
    }
  }
  return out
}

export async function writeShard(
  folder: string,
  name: string,
  rows: ShardRows,
  sites: readonly CaptureSite[],
  params: CaptureParams,
): Promise<WrittenFile> {
  const half = params.dtype === 'float16'
  const count = rows.tokens.length
  const values = sites.map(({ name: site, width }) => {
    const data = rows.activations.get(site)!
    checkValues(data, site, half)
    return { name: site, shape: [count, width], data: half ? toFloat16(data) : data }
  })
  const trace = (['tokens', 'contexts', 'positions'] as const).map((key) => ({
    name: key,
    shape: [count],
    data: rows[key],
  }))
  const path = join(folder, name)
  if (params.format === 'npz') {
    const floats = values.map((array) => ({ ...array, dtype: half ? ('<f2' as const) : ('<f4' as const) }))
    return writeNpz(path, [...floats, ...trace.map((array) => ({ ...array, dtype: '<i4' as const }))])
  }
  const floats = values.map((tensor) => ({ ...tensor, dtype: half ? ('F16' as const) : ('F32' as const) }))
  return writeSafetensors(path, [...floats, ...trace.map((tensor) => ({ ...tensor, dtype: 'I32' as const }))])
}

/** Opens a shard for reading by name of site. */
export const openShard = (path: string, format: CaptureParams['format']): Promise<RowSource> =>
  format === 'npz' ? NpzFile.open(path) : SafetensorsFile.open(path)

function checkValues(values: Float32Array, site: string, half: boolean): void {
  for (const value of values) {
    if (!Number.isFinite(value)) {
      throw new AppError('model_invalid', `The model gave ${value} at ${site}. A weight may not be finite.`)
    }
    if (half && Math.abs(value) >= 65_520) {
      throw new AppError('bad_request', `float16 cannot hold ${value} at ${site}. Capture again as float32.`)
    }
  }
}
