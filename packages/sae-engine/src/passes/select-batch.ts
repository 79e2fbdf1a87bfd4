// The largest activations of a whole batch over all shards, exactly: every shard offers its own largest, the edge is found among all, and
// entries equal to the edge stay in the order of their tokens and features.
import type { ShardContext } from '../shard/context.js'

interface Place {
  readonly shard: number
  readonly token: number
  readonly feature: number
}

/** Turns the candidates into the own entries among the `limit` largest of all shards. Returns how many. `meet`: at the meeting. */
export function selectOfBatch(
  c: ShardContext,
  limit: number,
  rows: number,
  rescale: boolean,
  meet: () => void,
): number {
  const { memory, exchange, layout } = c
  const { shard } = layout
  const [held, token, index, room] = [
    memory.at('held'),
    memory.at('heldToken'),
    memory.at('heldIndex'),
    memory.at('room'),
  ]
  const own = limit > 0 ? memory.kernels.finishLargest(limit, memory.at('state'), held, token, index, room) : 0
  const values = memory.f32('held', own)
  exchange.values('values', shard, own).set(values)
  publishPlaces(c, own)
  exchange.publish('entries', own)
  exchange.barrier()
  meet()
  const { edge, ties } = findEdge(c, limit)
  const kept = list(c, own, rows, rescale, edge, ties)
  return kept
}

function publishPlaces({ memory, exchange, layout }: ShardContext, own: number): void {
  const [tokens, features] = [memory.i32('heldToken', own), memory.i32('heldIndex', own)]
  const places = exchange.places(layout.shard, own)
  for (let i = 0; i < own; i++) {
    places[2 * i] = tokens[i]!
    places[2 * i + 1] = layout.first + features[i]!
  }
}

/** The smallest value that is kept, and how many of this shard's entries equal to it. */
function findEdge({ memory, exchange, layout }: ShardContext, limit: number): { edge: number; ties: number } {
  const { shards, shard } = layout
  const counts = exchange.all('entries')
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total <= limit) return { edge: 0, ties: 0 }
  const candidates = memory.f32('candidates', total)
  let at = 0
  for (let s = 0; s < shards; s++) {
    candidates.set(exchange.values('values', s, counts[s]!), at)
    at += counts[s]!
  }
  const edge = memory.kernels.selectKth(memory.at('candidates'), total, limit)
  let free = limit
  const equal: Place[] = []
  for (let s = 0; s < shards; s++) {
    const [values, places] = [exchange.values('values', s, counts[s]!), exchange.places(s, counts[s]!)]
    for (let i = 0; i < counts[s]!; i++) {
      if (values[i]! > edge) free--
      else if (values[i] === edge) equal.push({ shard: s, token: places[2 * i]!, feature: places[2 * i + 1]! })
    }
  }
  equal.sort((a, b) => a.token - b.token || a.feature - b.feature)
  return { edge, ties: equal.slice(0, free).filter((place) => place.shard === shard).length }
}

/** Entries above the edge, and the first `ties` of those that equal it. */
function list(
  { memory, exchange, layout }: ShardContext,
  own: number,
  rows: number,
  rescale: boolean,
  edge: number,
  ties: number,
): number {
  const [held, token, feature] = [memory.f32('held', own), memory.i32('heldToken', own), memory.i32('heldIndex', own)]
  const [offset, index, value] = [memory.i32('offset', rows + 1), memory.i32('index', own), memory.f32('value', own)]
  const inverse = rescale ? memory.f32('inverse', layout.features) : null
  offset.fill(0)
  let [n, left, smallest] = [0, ties, Number.POSITIVE_INFINITY]
  for (let i = 0; i < own; i++) {
    const rank = held[i]!
    if (rank < edge || (rank === edge && left-- <= 0)) continue
    const j = feature[i]!
    offset[token[i]! + 1]!++
    index[n] = j
    value[n++] = rank * (inverse ? inverse[j]! : 1)
    smallest = Math.min(smallest, rank)
  }
  for (let t = 0; t < rows; t++) offset[t + 1]! += offset[t]!
  exchange.publish('smallest', smallest)
  return n
}
