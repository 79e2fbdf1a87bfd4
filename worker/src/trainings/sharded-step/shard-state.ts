// A shard's slice of a training state: between padded kernel memory and plain arrays.
import { STATE_ARRAYS, type StateArray, type TrainState } from '@mistudio/interp'
import type { ShardLayout } from './layout.js'
import type { ShardMemory, SlotName } from './memory.js'
import type { Shard } from './shard.js'

const NAMES = Object.keys(STATE_ARRAYS) as StateArray[]

/** [rows, d_in] out of padded rows. */
export function unpadded(memory: ShardMemory, slot: SlotName, rows: number, layout: ShardLayout): Float32Array {
  const { width, config } = layout
  const padded = memory.f32(slot, rows * width)
  if (width === config.dIn) return padded.slice()
  const out = new Float32Array(rows * config.dIn)
  for (let j = 0; j < rows; j++) out.set(padded.subarray(j * width, j * width + config.dIn), j * config.dIn)
  return out
}

/** Copies of everything the shard owns. */
export function readState(memory: ShardMemory, layout: ShardLayout, shard: Shard): TrainState {
  const { features } = layout
  const arrays = NAMES.map((name) => {
    const kind = STATE_ARRAYS[name]
    if (kind === 'features') return [name, memory.f32(name, features).slice()]
    return [name, unpadded(memory, name, kind === 'matrix' ? features : 1, layout)]
  })
  return {
    ...(Object.fromEntries(arrays) as Record<StateArray, Float32Array>),
    t: shard.t,
    sinceFired: shard.sinceFired.slice(),
  }
}

/** Takes over the shard's slice, as `sliceState` cut it. */
export function writeState(memory: ShardMemory, layout: ShardLayout, shard: Shard, state: TrainState): void {
  const { features, width, config } = layout
  for (const name of NAMES) {
    const kind = STATE_ARRAYS[name]
    const from = state[name]
    if (kind === 'features') {
      memory.f32(name, features).set(from)
      continue
    }
    const rows = kind === 'matrix' ? features : 1
    const to = memory.f32(name, rows * width)
    for (let j = 0; j < rows; j++) to.set(from.subarray(j * config.dIn, (j + 1) * config.dIn), j * width)
  }
  shard.t = state.t
  shard.sinceFired.set(state.sinceFired)
  shard.refresh()
}

/** The part of a whole state that belongs to one shard. */
export function sliceState(state: TrainState, { first, features, config }: ShardLayout): TrainState {
  const arrays = NAMES.map((name) => {
    const kind = STATE_ARRAYS[name]
    if (kind === 'inputs') return [name, state[name]]
    const row = kind === 'matrix' ? config.dIn : 1
    return [name, state[name].slice(first * row, (first + features) * row)]
  })
  const sinceFired = state.sinceFired.slice(first, first + features)
  return { ...(Object.fromEntries(arrays) as Record<StateArray, Float32Array>), t: state.t, sinceFired }
}

/** Joins the slices of all shards, in order. */
export function joinStates(slices: readonly TrainState[]): TrainState {
  const [head] = slices
  if (!head) throw new RangeError('There is no shard.')
  const arrays = NAMES.map((name) => [
    name,
    STATE_ARRAYS[name] === 'inputs' ? head[name] : joinArrays(slices.map((slice) => slice[name])),
  ])
  const sinceFired = Int32Array.from(slices.flatMap((slice) => [...slice.sinceFired]))
  return { ...(Object.fromEntries(arrays) as Record<StateArray, Float32Array>), t: head.t, sinceFired }
}

export function joinArrays(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
