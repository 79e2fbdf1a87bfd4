// Keys and values of the tokens so far, as the cached graphs read and return them.
import { float32, type Tensor } from '@mistudio/onnx'
import { paddedHeadDim, pastName, presentName } from '../layers/cache-slots.js'
import type { ModelSpec } from '../spec.js'

/**
 * Per layer keys and values [batch, kvHeads, positions, padded headDim], right-padded: row r holds `lengths[r]` valid positions. With
 * `inPlace`, a run writes new positions into these very tensors while there is room: nothing is copied, and the cache that was extended
 * must not be extended again.
 */
export interface KvCache {
  readonly tensors: Readonly<Record<string, Tensor>>
  readonly inPlace: boolean
  readonly lengths: Int32Array
}

function perLayer(spec: ModelSpec, make: (kind: 'key' | 'value', layer: number) => Tensor): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {}
  for (let layer = 0; layer < spec.layers; layer++) {
    for (const kind of ['key', 'value'] as const) tensors[pastName(kind, layer)] = make(kind, layer)
  }
  return tensors
}

/** A cache without tokens; `inPlace`: see KvCache. */
export function emptyCache(spec: ModelSpec, batch: number, inPlace: boolean): KvCache {
  const empty = float32(new Float32Array(0), [batch, spec.kvHeads, 0, paddedHeadDim(spec.headDim)])
  return { tensors: perLayer(spec, () => empty), lengths: new Int32Array(batch), inPlace }
}

/** Positions are added in steps of this many. */
const GROWTH = 128

/** The tensors of an in-place cache with room for `positions`. */
export function withRoom(spec: ModelSpec, { tensors }: KvCache, positions: number): Readonly<Record<string, Tensor>> {
  const [batch, heads, held, width] = tensors[pastName('key', 0)]!.dims as [number, number, number, number]
  if (positions <= held) return tensors
  const room = GROWTH * Math.ceil(positions / GROWTH)
  return perLayer(spec, (kind, layer) => {
    const old = tensors[pastName(kind, layer)]!.data as Float32Array
    const grown = new Float32Array(batch * heads * room * width)
    for (let row = 0; row < batch * heads; row++) {
      grown.set(old.subarray(row * held * width, (row + 1) * held * width), row * room * width)
    }
    return float32(grown, [batch, heads, room, width])
  })
}

/** Where a run writes an in-place cache: the tensors that it reads. */
export function presentTensors(
  spec: ModelSpec,
  tensors: Readonly<Record<string, Tensor>>,
): Readonly<Record<string, Tensor>> {
  const entries = Object.entries(perLayer(spec, (kind, layer) => tensors[pastName(kind, layer)]!))
  return Object.fromEntries(entries.map(([name, value]) => [name.replace(/^past/, 'present'), value]))
}

/** The cache that a run returned. */
export function cacheFromOutputs(
  spec: ModelSpec,
  outputs: Readonly<Record<string, Tensor>>,
  lengths: Int32Array,
): KvCache {
  return { tensors: perLayer(spec, (kind, layer) => outputs[presentName(kind, layer)]!), lengths, inPlace: false }
}

/** The cache of some of its rows, in the given order. */
export function selectRows(cache: KvCache, rows: readonly number[]): KvCache {
  const pick = ({ dims, data }: Tensor): Tensor => {
    const rowSize = data.length / dims[0]!
    const picked = new Float32Array(rows.length * rowSize)
    for (const [at, row] of rows.entries()) {
      picked.set((data as Float32Array).subarray(row * rowSize, (row + 1) * rowSize), at * rowSize)
    }
    return float32(picked, [rows.length, ...dims.slice(1)])
  }
  const tensors = Object.fromEntries(Object.entries(cache.tensors).map(([name, value]) => [name, pick(value)]))
  return { tensors, lengths: Int32Array.from(rows, (row) => cache.lengths[row]!), inPlace: cache.inPlace }
}
